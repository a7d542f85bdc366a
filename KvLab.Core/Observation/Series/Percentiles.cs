namespace KvLab.Core.Observation.Series;

/// <summary>Exact percentiles of measured values, by nearest rank: always a value that was really measured.</summary>
public static class Percentiles
{
    /// <param name="sorted">Ascending, at least one value.</param>
    /// <param name="fraction">0 … 1.</param>
    public static double Of(ReadOnlySpan<double> sorted, double fraction)
    {
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length);
        var rank = (int)Math.Ceiling(fraction * sorted.Length);
        return sorted[Math.Clamp(rank - 1, 0, sorted.Length - 1)];
    }
}
