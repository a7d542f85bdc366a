# Failover with W = N: what was acknowledged is kept, whoever dies
Every follower holds every acknowledged write, so any of them can lead. Needs N = 5 followers.

> settings W = 5
> burst 60 writes over 12 keys by 6 clients
> expect burst succeeded = 60
> write k = new
> expect success
> kill leader
> kill follower-3
> fail over
> expect k = new on reigning
> expect lost = 0

Four nodes are left, three of them followers: W = 5 is out of reach, W = 3 is not.
> settings W = 3
> write k = after
> expect success

The old leader returns, finds a newer epoch, and follows.
> start leader
> start follower-3
> expect eventually k = after on leader
> expect eventually replicas equal
> expect versions increase
