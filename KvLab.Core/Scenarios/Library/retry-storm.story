# A follower was down, and it catches up without a retry storm
While a follower seems down, the leader tries it twice a second, however many writes wait. Of two that wait for one key, only the newer is sent. Needs N = 3 followers or more.

> settings W = 2, delay = 1..3 ms
> kill follower-3
> burst 400 writes over 10 keys by 8 clients
> expect burst succeeded = 400

Hundreds of writes wait for it, and yet it is asked only now and then: fewer failed attempts than writes.
> expect count delivery_abandoned >= 1
> start follower-3
> expect eventually replicas equal

What it gets is the newest version of each key, not the whole history.
> expect applied <= 40 on follower-3
> expect lost = 0
