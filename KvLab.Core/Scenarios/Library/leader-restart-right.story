# The leader restarts, asks its followers, and continues above every version that they have seen
What a leader must do before its first write: learn the newest entries, and begin an epoch above all of it. Needs N = 5 followers.

> settings W = 5
> burst 50 writes over 10 keys by 5 clients
> expect burst succeeded = 50
> kill leader
> write k1 = nobody
> expect unanswered

Its memory is gone, but its followers have everything that was ever acknowledged.
> start leader
> expect eventually count leader_recovered >= 1
> expect lost = 0
> write k1 = again
> expect success
> wait until quiet
> expect k1 = again on all
> expect versions increase
> expect replicas equal
