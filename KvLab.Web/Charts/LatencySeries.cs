using KvLab.Web.State;

namespace KvLab.Web.Charts;

/// <summary>Latency of each answered write, and what theory predicts for the settings it ran under. Pure.</summary>
public static class LatencySeries
{
    public static readonly IReadOnlyList<string> Names = ["success", "partial success", "predicted mean (delay alone)"];

    /// <param name="X">Versions.</param>
    /// <param name="Y">Milliseconds.</param>
    public readonly record struct Line(IReadOnlyList<object> X, IReadOnlyList<object> Y);

    /// <summary>
    /// One line per name, over the given points. The prediction is drawn as a line, so its versions only grow: what was answered out of
    /// order adds nothing to it.
    /// </summary>
    /// <param name="after">The highest version that the prediction has already.</param>
    public static IReadOnlyList<Line> Build(IEnumerable<LatencyPoint> points, long after = 0)
    {
        List<object>[] x = [[], [], []];
        List<object>[] y = [[], [], []];
        foreach (var point in points)
        {
            var line = point.Success ? 0 : 1;
            x[line].Add(point.Version);
            y[line].Add(Math.Round(point.ElapsedMs, 3));
            if (point.PredictedMs is not { } predicted || point.Version <= after) continue;
            after = point.Version;
            x[2].Add(point.Version);
            y[2].Add(Math.Round(predicted, 3));
        }
        return [.. Names.Select((_, i) => new Line(x[i], y[i]))];
    }

    public static SeriesTable Table(IReadOnlyList<LatencyPoint> points) => new(
        "Latency of answered writes",
        ["version", "latency_ms", "predicted_mean_ms", "W", "status"],
        [.. points.Select(p => (IReadOnlyList<string>)
            [SeriesTable.Number(p.Version), SeriesTable.Number(p.ElapsedMs), SeriesTable.Number(p.PredictedMs), SeriesTable.Number(p.Required), p.Success ? "success" : "partial_success"])]);
}
