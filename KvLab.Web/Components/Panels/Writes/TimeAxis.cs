using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;

namespace KvLab.Web.Components.Panels.Writes;

/// <summary>
/// One axis for all waterfalls, so that their lengths can be compared. It covers the delay range that is set and the answers of the latest
/// writes; what took longer (retries to a node that is down) ends at the right edge with an arrow.
/// </summary>
public sealed record TimeAxis(double MaxMs)
{
    private const int Latest = 40;

    public static TimeAxis For(ClusterSnapshot snapshot)
    {
        var longest = snapshot.Settings is { } settings ? ReachMs(settings) : 0;
        foreach (var write in snapshot.Writes.AsSpan()[..Math.Min(Latest, snapshot.Writes.Length)])
        {
            longest = Math.Max(longest, write.ElapsedMs ?? 0);
            foreach (var delivery in write.Deliveries)
            {
                if (delivery.Attempts <= 1) longest = Math.Max(longest, delivery.DelayMs);
            }
        }
        return new TimeAxis(RoundUp(longest));
    }

    /// <summary>Where a moment lies, in per cent; never beyond the axis.</summary>
    public double Percent(double ms) => Math.Clamp(100 * ms / MaxMs, 0, 100);

    public bool Beyond(double ms) => ms > MaxMs;

    public IEnumerable<double> Ticks => Enumerable.Range(0, 5).Select(i => MaxMs * i / 4);

    /// <summary>Most delays of a shape end before this.</summary>
    private static double ReachMs(LiveSettings settings) => settings.Distribution switch
    {
        DelayDistribution.Uniform => settings.MaxDelayMs,
        DelayDistribution.Regions => RegionDelays.At(RegionDelays.Ms.Length - 1).MaxMs,
        DelayDistribution.Fixed => (settings.MinDelayMs + settings.MaxDelayMs) / 2,
        _ => settings.MinDelayMs + 1.5 * (settings.MaxDelayMs - settings.MinDelayMs),
    };

    // A little air at the end for request time, then the next 1, 2, 4, 5 or 8 of its decade: rare changes, readable ticks.
    private static double RoundUp(double ms)
    {
        var needed = Math.Max(ms * 1.04, 1);
        var decade = Math.Pow(10, Math.Floor(Math.Log10(needed)));
        return new[] { 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10 }.First(step => step * decade >= needed * 0.999) * decade;
    }
}
