# The leader restarts, counts from 1 again, and reports full quorums while no follower stores anything
What goes wrong in the original lab program, step by step. KvLab's leader does this only if it is told to. Needs N = 5 followers.

> settings W = 5
> write k = one
> write k = two
> write k = three
> expect success
> wait until quiet
> kill leader
> start leader forgetful

It has forgotten its settings too.
> settings W = 5, delay = 1..5 ms, deadline = 1000 ms

The counter is back at 1. Every follower holds version 3, so it refuses version 1 as stale, and acknowledges it all the same.
> write k = new
> expect success
> expect acks = 5
> expect eventually refused = 5
> expect k = new on leader
> expect k = three on follower-1
> expect k = three on follower-5

The client was answered with success, and all five followers had acknowledged. None of them has the write.
> expect replicas differ
