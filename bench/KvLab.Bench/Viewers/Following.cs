using KvLab.Bench.Load;

namespace KvLab.Bench.Viewers;

/// <summary>How far a viewer is behind while the cluster is written to at a steady rate.</summary>
/// <param name="BehindMs">p95 of the round.</param>
/// <param name="Looks">How often it looked.</param>
/// <param name="WritesPerSecond">That were answered.</param>
internal readonly record struct Following(double BehindMs, int Looks, double WritesPerSecond)
{
    /// <param name="behind">Looks at what the viewer shows now: how far behind that is, in ms.</param>
    public static async Task<Following> MeasureAsync(Target target, int rate, TimeSpan duration, TimeSpan rest, Func<Task<double>> behind)
    {
        var load = PacedLoad.RunAsync(target, rate, duration);
        await Task.Delay(duration / 4);
        var seen = new List<double>();
        while (!load.IsCompleted)
        {
            seen.Add(await behind());
            await Task.Delay(rest);
        }

        var (answered, _) = await load;
        // What was looked at last may be of a load that is over.
        return new(Percentile.P95([.. seen.SkipLast(2)]), seen.Count, answered / duration.TotalSeconds);
    }
}
