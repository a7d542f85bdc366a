# A follower crashes, comes back with an empty memory, and catches up
The seed says: the server crashes, all data is lost. Replication prevents that. Needs N = 5 followers.

> settings W = 3
> burst 100 writes over 20 keys by 8 clients
> expect burst succeeded = 100
> wait until quiet

One follower dies. W = 3 of 5 continues without it.
> kill follower-2
> burst 100 writes over 20 keys by 8 clients
> expect burst succeeded = 200
> expect lost = 0

It comes back and remembers nothing. The leader notices that it is a new process, and sends it what it lacks.
> start follower-2
> expect eventually replicas equal
> expect lost = 0
> expect versions increase
