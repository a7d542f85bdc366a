# Three writes arrive as third, first, second, and the newest wins
Messages of one key overtake each other on the way to one follower. Versions tell it what to keep. Needs N = 1 follower or more.

One ack is enough for the client, so the client does not wait for the slow path.
> settings W = 1, delay = 1..2 ms
> write k = first as one delays follower-1 = 900 ms
> write k = second as two delays follower-1 = 1400 ms
> write k = third as three delays follower-1 = 10 ms
> expect one success
> expect two success
> expect three success

The third write is the first that follower-1 hears of. What comes after it is older, and is refused as stale.
> expect eventually k = third on follower-1
> wait until quiet
> expect eventually refused = 2 on follower-1
> expect k = third on all
> expect replicas equal
> expect versions increase
