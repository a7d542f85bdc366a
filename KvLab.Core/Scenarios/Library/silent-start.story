# The leader comes back to a silent cluster: it waits instead of forgetting
Its memory is gone, and every follower is cut off. If it began at version 1 now, followers would refuse every write as stale, and clients would still be answered with success. Needs N = 5 followers.

> settings W = 3
> wait 2 s
> write k = one
> write k = two
> write k = three
> expect success
> wait until quiet
> partition follower-1 follower-2 follower-3 follower-4 follower-5
> kill leader
> start leader
> expect eventually count leader_waiting = 1

A success is on at least 3 of 5 followers, so 3 nodes that kept their data must answer. None does, so it accepts no writes.
> write k = nobody
> expect unanswered

With three of them back, every acknowledged write is known.
> heal follower-1
> heal follower-2
> heal follower-3
> expect eventually leader is leader
> expect lost = 0
> write k = four
> expect success
> heal
> wait until quiet
> expect k = four on all
> expect versions increase
> expect replicas equal
