using KvLab.Core.Analysis;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Network;
using MathNet.Numerics.Distributions;

namespace KvLab.Core.Experiments;

/// <summary>What theory and calibration say about the mean latency of one point, before it is measured.</summary>
/// <param name="DelayMeanMs">E[D(W:N)], exact, the delay alone.</param>
/// <param name="DelaySdMs">Standard deviation of one write's D(W:N).</param>
/// <param name="OverheadMs">What the machine adds (calibrated); 0 when not calibrated.</param>
/// <param name="SaturationMs">
/// Concurrency ÷ the machine's limit: with C clients that each wait for their answer, the mean latency cannot be smaller (Little's law;
/// Lazowska et al., Quantitative System Performance, ch. 5). Null when not calibrated.
/// </param>
/// <param name="BandLowMs">Lower end of the band in which the measured mean should lie.</param>
/// <param name="BandHighMs">Upper end.</param>
public sealed record Prediction(
    double DelayMeanMs, double DelaySdMs, double OverheadMs, double? SaturationMs, double BandLowMs, double BandHighMs)
{
    /// <summary>All points of a plan together lie in their bands with this probability if theory holds.</summary>
    public const double Confidence = 0.95;

    public double MeanMs => DelayMeanMs + OverheadMs;

    /// <summary>True when the clients ask for more than the machine can do, so that queueing and not the delay decides.</summary>
    public bool Saturated => SaturationMs > MeanMs;

    public bool Contains(double meanMs) => meanMs >= BandLowMs && meanMs <= BandHighMs;

    /// <param name="points">How many points the plan has: the band is simultaneous over all of them (Bonferroni).</param>
    public static Prediction For(PointPlan point, int writes, int points, Calibration calibration)
    {
        var shape = DelayShape.Of(point.Settings);
        var (n, w) = (point.Followers, point.Settings.FollowerAcks());
        var mean = OrderStatistics.MeanMs(shape, n, w);
        var sd = OrderStatistics.StandardDeviationMs(shape, n, w);
        var overhead = calibration.Overhead(point);
        var z = Normal.InvCDF(0, 1, 1 - (1 - Confidence) / 2 / Math.Max(1, points));
        var error = Math.Sqrt(sd * sd / writes + Math.Pow(overhead?.StandardErrorMs ?? 0, 2));

        // The overhead is known as well as it repeats: its own standard error says nothing of a machine that does other work
        // meanwhile, so half of it is granted on top.
        var grant = z * error + (overhead?.MeanMs ?? 0) / 2;
        var centre = mean + (overhead?.MeanMs ?? 0);
        var limit = calibration.Limit(point);
        return new Prediction(mean, sd, overhead?.MeanMs ?? 0, limit is not { WritesPerSecond: > 0 } ? null : 1000.0 * point.Concurrency / limit.WritesPerSecond,
            Math.Max(0, centre - grant), centre + grant);
    }
}
