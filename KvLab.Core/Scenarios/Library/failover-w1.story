# Failover with W = 1: an acknowledged write can be lost
One ack is one copy beside the leader's. When both holders are killed, no node has it, although the client was answered with success. Needs N = 5 followers.

> settings W = 1
> write k = old
> expect success
> wait until quiet

Only follower-3 is fast: it acknowledges, and the leader answers. The others have heard nothing yet.
> begin write k = new as fast delays follower-1 = 5000, follower-2 = 5000, follower-3 = 1, follower-4 = 5000, follower-5 = 5000
> expect fast success
> expect fast acks = 1
> kill leader
> kill follower-3
> fail over
> expect k = old on reigning
> expect lost = 1

The lab continues without it. A larger W would have kept it: see failover with W = N.
> write k = after
> expect success
> expect versions increase
