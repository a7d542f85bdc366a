# A slow follower makes W = N slow, and W = N − 1 does not feel it
A write takes as long as the W-th fastest follower. The slowest one counts only when every ack is waited for. Needs N = 5 followers.

> slow follower-2 by 400 ms
> settings W = 5, delay = 1..5 ms
> write k = all as waited
> expect waited success
> expect waited acks = 5

One ack less, and the slow follower is late: the client no longer waits for it.
> settings W = 4
> write k = four as quick
> expect quick success
> expect quick within 350 ms
> expect k = all on follower-2

It gets there all the same: late is not lost.
> wait until quiet
> expect k = four on follower-2
> expect replicas equal
