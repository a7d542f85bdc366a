namespace KvLab.Core.Experiments;

/// <summary>
/// What a set of latencies looks like, in ms. Computed from all samples at once; percentiles are never averaged. Percentiles are nearest-rank:
/// the smallest sample that at least p % of the samples do not exceed, so each is a latency that really occurred.
/// </summary>
/// <param name="SdMs">Sample standard deviation (n − 1); 0 for fewer than two samples.</param>
public sealed record LatencySummary(
    int Count, double MeanMs, double SdMs, double MinMs, double P50Ms, double P90Ms, double P95Ms, double P99Ms, double MaxMs)
{
    /// <summary>No samples: every figure is NaN.</summary>
    public static readonly LatencySummary Empty =
        new(0, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN, double.NaN);

    public static LatencySummary Of(IEnumerable<double> latenciesMs)
    {
        var sorted = latenciesMs.Where(double.IsFinite).Order().ToArray();
        if (sorted.Length == 0) return Empty;
        var mean = sorted.Average();
        var squares = sorted.Sum(x => (x - mean) * (x - mean));
        var sd = sorted.Length < 2 ? 0 : Math.Sqrt(squares / (sorted.Length - 1));
        return new LatencySummary(sorted.Length, mean, sd, sorted[0],
            Percentile(sorted, 50), Percentile(sorted, 90), Percentile(sorted, 95), Percentile(sorted, 99), sorted[^1]);
    }

    /// <param name="sorted">Ascending, not empty.</param>
    /// <param name="percent">In (0, 100].</param>
    public static double Percentile(IReadOnlyList<double> sorted, double percent) =>
        sorted[Math.Clamp((int)Math.Ceiling(percent / 100 * sorted.Count) - 1, 0, sorted.Count - 1)];

    /// <summary>Standard error of the mean, in ms.</summary>
    public double StandardErrorMs => Count == 0 ? double.NaN : SdMs / Math.Sqrt(Count);
}
