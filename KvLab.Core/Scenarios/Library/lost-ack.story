# The acknowledgement is lost, but the write survives
A client that is not answered with success knows nothing: the write may be stored everywhere. Needs N = 5 followers.

> settings W = 5, deadline = 500 ms
> link follower-1 answer.dropNext = 1
> write k = a
> expect partial
> expect acks = 4

The follower had applied it before its answer was lost.
> expect k = a on follower-1
> expect eventually count message_lost = 1

The leader tries again, because it cannot know. The second copy changes nothing.
> expect eventually duplicates >= 1 on follower-1
> wait until quiet
> expect replicas equal
