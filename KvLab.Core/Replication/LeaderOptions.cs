using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Replication;

/// <summary>What is fixed for the life of a leader; what may change while it runs is <see cref="LiveSettings"/>.</summary>
public sealed record LeaderOptions
{
    /// <summary>Wait before the second attempt; doubles with every further one. Jittered down to half.</summary>
    public TimeSpan FirstBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The backoff grows no further than this.</summary>
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>While a follower seems down, one attempt per interval is made, whatever the number of deliveries that wait.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Open deliveries to one follower; a write beyond it is abandoned there at once, counted and reported as <c>overflow</c>.</summary>
    public int MaxPendingPerFollower { get; init; } = 100_000;

    /// <summary>
    /// Naive mode only: how long at most the leader pauses between taking a version and storing it (seeded, uniform). In the seed's code this
    /// window is there too, only shorter; it is widened so that a class can see the race.
    /// </summary>
    public TimeSpan NaiveWindow { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// A leader that recovers or is promoted leaves out so many numbers above the highest that anybody remembers: versions that the leader before it handed
    /// out and that reached nobody are not given again (P2).
    /// </summary>
    public long NumbersSkipped { get; init; } = 1000;

    /// <summary>
    /// Whether this is the one thread of all timers. An answer may be found on it: a deadline is over, or a follower confirmed while its message was still being sent there. It goes
    /// out from elsewhere then: from the pool, unless there is a context to go on in. Null where no thread is shared so.
    /// </summary>
    public Func<bool>? OnTimers { get; init; }

    public NetworkOptions Network { get; init; } = new();
}
