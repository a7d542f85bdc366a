using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Reading;

/// <summary>Which followers a read asks, and how long their answers travel: drawn from the seed and the number of the read, so that it can be repeated.</summary>
public static class ReadRoute
{
    /// <summary>R of the followers, another choice for each read.</summary>
    public static IEnumerable<T> Draw<T>(long seed, long read, IEnumerable<T> followers, Func<T, string> id, int r) =>
        followers.OrderBy(f => DelaySchedule.Uniform(seed, read, id(f), -1)).Take(r);

    /// <summary>Which of so many, the same chance for each.</summary>
    public static int Any(long seed, long read, int count) => (int)(DelaySchedule.Uniform(seed, read, "random", -1) * count);

    /// <summary>Of a node's answer; the question takes no time.</summary>
    /// <param name="place">Where the follower stands in the leader's list, 0 for the first and for the leader: in regions a reader stands where the leader does.</param>
    public static TimeSpan Delay(LiveSettings settings, long read, string node, int place) =>
        TimeSpan.FromMilliseconds(DelaySchedule.DelayMs(settings with { DelayOrigin = 0 }, read, $"{node}/read", place: place));
}
