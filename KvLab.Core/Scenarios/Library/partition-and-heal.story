# A partition: the side without a quorum of followers cannot promise anything
Two followers are cut off. With W = 3 of 5 the leader still has a quorum on its side; with W = 4 it has none. Needs N = 5 followers.

> settings W = 3, deadline = 400 ms
> partition follower-4 follower-5
> write k = before
> expect success
> expect k = before on leader
> expect k missing on follower-4

One ack more than there are followers on this side: partial, after the deadline. The write stays stored.
> settings W = 4
> write k = during
> expect partial
> expect acks = 3
> expect k = during on follower-1

After healing, the two receive everything that they missed.
> heal
> expect eventually k = during on follower-5
> wait until quiet
> expect replicas equal
> expect lost = 0
