namespace KvLab.Core.Experiments;

/// <summary>What this machine adds by itself, measured at zero delay in the same run.</summary>
/// <param name="Overheads">By write quorum: latency of one client at zero delay.</param>
/// <param name="Limits">By concurrency: how many writes per second the machine does at zero delay.</param>
public sealed record Calibration(IReadOnlyList<OverheadMeasure> Overheads, IReadOnlyList<LimitMeasure> Limits)
{
    public static readonly Calibration None = new([], []);

    /// <returns>Null where it was not measured.</returns>
    public OverheadMeasure? Overhead(int writeQuorum, int followers) =>
        Overheads.FirstOrDefault(o => o.WriteQuorum == writeQuorum && o.Followers == followers);

    public LimitMeasure? Limit(int concurrency) => Limits.FirstOrDefault(l => l.Concurrency == concurrency);
}

/// <param name="MeanMs">Mean latency at the client, one write at a time, zero delay: the median of several rounds.</param>
/// <param name="StandardErrorMs">Of that median, from how much the rounds differ.</param>
public sealed record OverheadMeasure(int WriteQuorum, int Followers, int Writes, double MeanMs, double StandardErrorMs);

public sealed record LimitMeasure(int Concurrency, int Writes, double WritesPerSecond);
