# Every message arrives twice, and nothing happens twice
Applying a version again changes nothing: the follower says "duplicate", and it is an ack all the same. Needs N = 5 followers.

> settings W = 5
> link follower-1 request.duplicatePercent = 100
> link follower-3 request.duplicatePercent = 100
> burst 40 writes over 40 keys by 4 clients
> expect burst succeeded = 40
> wait until quiet
> expect eventually duplicates >= 40
> expect eventually applied = 40 on follower-1
> expect replicas equal
