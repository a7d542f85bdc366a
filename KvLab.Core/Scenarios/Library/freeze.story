# A frozen follower remembers, a killed one forgets
A process that is stopped still holds its memory: nothing is lost, it is only late. Needs N = 5 followers.

> settings W = 4, deadline = 600 ms
> freeze follower-1
> write k = a
> expect success

With W = N the leader waits for the frozen one until the deadline.
> settings W = 5
> write k = b
> expect partial
> expect acks = 4
> expect lost = 0

After the thaw it handles the messages that waited for it.
> thaw follower-1
> expect eventually k = b on follower-1
> wait until quiet
> expect replicas equal
