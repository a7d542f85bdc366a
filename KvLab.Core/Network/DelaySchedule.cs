using KvLab.Core.Settings;

namespace KvLab.Core.Network;

/// <summary>
/// The seeded schedule of delays: a pure function of (seed, version, follower, attempt), so the same seed gives the same delay in every
/// run, in real processes too, whatever the order in which messages happen to be sent.
/// </summary>
public static class DelaySchedule
{
    /// <param name="version">The write's counter; the schedule counts from <see cref="LiveSettings.DelayOrigin"/>.</param>
    /// <param name="attempt">1 for the first.</param>
    /// <param name="place">Where the follower stands in the leader's list, 0 for the first: in regions that decides how far away it is.</param>
    /// <returns>The delay in ms.</returns>
    public static double DelayMs(LiveSettings settings, long version, string follower, int attempt = 1, int place = 0) =>
        (settings.Distribution == DelayDistribution.Regions ? RegionDelays.At(place) : DelayShape.Of(settings)).Quantile(Uniform(settings.Seed, version - settings.DelayOrigin, follower, attempt));

    /// <summary>
    /// A uniform number in (0, 1), never 0 nor 1, so that every quantile is finite: the parts are mixed by SplitMix64
    /// (Steele, Lea, Flood 2014), whose output passes BigCrush; the follower's name enters by FNV-1a, stable over platforms.
    /// </summary>
    public static double Uniform(long seed, long version, string follower, int attempt)
    {
        var state = Mix((ulong)seed + Increment);
        state = Mix(state ^ (ulong)version);
        state = Mix(state ^ StableHash(follower));
        state = Mix(state ^ (ulong)attempt);
        return ((state >> 11) + 0.5) / (1UL << 53);
    }

    private const ulong Increment = 0x9E3779B97F4A7C15;

    private static ulong Mix(ulong z)
    {
        z += Increment;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>FNV-1a over the UTF-16 units: the same number in every process, as <c>string.GetHashCode</c> is not.</summary>
    internal static ulong StableHash(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var c in text) hash = (hash ^ c) * 0x100000001B3;
        return hash;
    }
}
