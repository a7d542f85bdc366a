using System.Collections.Immutable;
using KvLab.Core.Settings;

namespace KvLab.Core.Network;

/// <summary>
/// Followers that stand near and far (<see cref="DelayDistribution.Regions"/>): in the leader's building, in its city, on its continent, beyond an ocean, at the other end of the
/// world. Each has its own delay, uniform within ± 10 % of its region's. Places are given in the order of the leader's list of followers, and from the first again where there are more.
/// </summary>
public static class RegionDelays
{
    /// <summary>Of each region, in ms, near to far.</summary>
    public static readonly ImmutableArray<double> Ms = [1, 5, 40, 90, 160];

    public const double Spread = 0.1;

    public const string Words = "1, 5, 40, 90, 160 ms ± 10 %";

    public static double MeanMs => Ms.Average();

    /// <param name="place">0 for the first follower.</param>
    public static DelayShape At(int place) => Around(Ms[place % Ms.Length]);

    /// <summary>
    /// No two regions overlap, so the W-th of N acks comes from one region for certain: the K-th of the M that stand there.
    /// </summary>
    /// <param name="w">1 … N.</param>
    public static (DelayShape Shape, int M, int K) Of(int n, int w)
    {
        var before = 0;
        for (var region = 0; ; region++)
        {
            var here = n / Ms.Length + (region < n % Ms.Length ? 1 : 0);
            if (w <= before + here) return (Around(Ms[region]), here, w - before);
            before += here;
        }
    }

    /// <summary>Of a follower that is drawn by chance: the mixture of all regions.</summary>
    internal static double Quantile(double u)
    {
        var region = Math.Min((int)(u * Ms.Length), Ms.Length - 1);
        return Around(Ms[region]).Quantile(u * Ms.Length - region);
    }

    internal static double Cdf(double ms) => Ms.Average(region => Around(region).Cdf(ms));

    private static DelayShape Around(double ms) => new(DelayDistribution.Uniform, ms * (1 - Spread), ms * (1 + Spread));
}
