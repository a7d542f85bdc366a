# A read from one follower can be old; from enough followers it cannot
A client was told "success", and the next one reads the value from before. No follower is broken: the write has not reached all of them yet. Needs N = 5 followers.

> settings W = 1
> write k = old
> wait until quiet

Only follower-1 is fast. It acknowledges, and the client is answered with success; the other followers hear of it in three seconds.
> settings deadline = 5000 ms
> write k = new delays follower-1 = 1, follower-2 = 3000, follower-3 = 3000, follower-4 = 3000, follower-5 = 3000
> expect success
> read k from follower-5
> expect read stale
> expect read finds old
> read k from follower-1
> expect read fresh

R followers are asked and the newest answer counts. R + W = 5 + 1 is more than N = 5: one of them has it for certain.
> read k from 5 followers
> expect read fresh
> expect read finds new

The copies converge, and follower-5 has it too.
> wait until quiet
> read k from follower-5
> expect read finds new

With W = 5 no client is answered with success before all followers have it: every single one can be read.
> settings W = 5
> write k = newest
> expect success
> read k from follower-5
> expect read fresh
> expect read finds newest
