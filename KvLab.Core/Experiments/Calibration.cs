using KvLab.Core.Experiments.Plans;

namespace KvLab.Core.Experiments;

/// <summary>What this machine adds by itself, measured at zero delay in the same run.</summary>
/// <param name="Overheads">By write quorum: latency of one client at zero delay.</param>
/// <param name="Limits">By concurrency: how many writes per second the machine does at zero delay.</param>
public sealed record Calibration(IReadOnlyList<OverheadMeasure> Overheads, IReadOnlyList<LimitMeasure> Limits)
{
    public static readonly Calibration None = new([], []);

    /// <summary>Of a cluster where nothing is to be measured: no overhead, and no limit.</summary>
    public static Calibration WithoutOverhead(IEnumerable<PointPlan> points) => new(
        [.. points.Select(p => new OverheadMeasure(p.Settings.WriteQuorum, p.Followers, 0, 0, 0)).Distinct()], []);

    /// <returns>Null where it was not measured.</returns>
    public OverheadMeasure? Overhead(PointPlan point) =>
        Overheads.FirstOrDefault(o => o.WriteQuorum == point.Settings.WriteQuorum && o.Followers == point.Followers && o.Storage == point.Storage);

    public LimitMeasure? Limit(PointPlan point) => Limits.FirstOrDefault(l => l.Concurrency == point.Concurrency && l.Storage == point.Storage);
}

/// <param name="MeanMs">Mean latency at the client, one write at a time, zero delay: the median of several rounds.</param>
/// <param name="StandardErrorMs">Of that median, from how much the rounds differ.</param>
/// <param name="Storage">What the nodes stored in, where the plan says so.</param>
public sealed record OverheadMeasure(int WriteQuorum, int Followers, int Writes, double MeanMs, double StandardErrorMs, string? Storage = null);

/// <param name="Storage">What the nodes stored in, where the plan says so.</param>
public sealed record LimitMeasure(int Concurrency, int Writes, double WritesPerSecond, string? Storage = null);
