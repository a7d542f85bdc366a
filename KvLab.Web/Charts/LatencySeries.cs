using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Web.Charts;

/// <summary>Latency of each answered write, and what theory predicts for the settings it ran under. Pure.</summary>
public static class LatencySeries
{
    public static readonly IReadOnlyList<string> Names = ["success", "partial success", "predicted mean (delay alone)"];

    /// <summary>An axis has room for so many epochs, the latest.</summary>
    private const int MostNamed = 4;

    /// <param name="X">Versions.</param>
    /// <param name="Y">Milliseconds.</param>
    public readonly record struct Line(IReadOnlyList<object> X, IReadOnlyList<object> Y);

    /// <summary>
    /// One line per name, over the given points. The prediction is drawn as a line, so its versions only grow: what was answered out of
    /// order adds nothing to it.
    /// </summary>
    /// <param name="after">The newest version that the prediction has already.</param>
    public static IReadOnlyList<Line> Build(IEnumerable<LatencyPoint> points, EntryVersion after = default)
    {
        List<object>[] x = [[], [], []];
        List<object>[] y = [[], [], []];
        foreach (var point in points)
        {
            var line = point.Success ? 0 : 1;
            x[line].Add(point.Version.Counter);
            y[line].Add(Math.Round(point.ElapsedMs, 3));
            if (point.PredictedMs is not { } predicted || point.Version <= after) continue;
            // A line through two epochs would run backwards where their numbers overlap, as if one write followed the other.
            if (after.Epoch != point.Version.Epoch && !after.IsNone)
            {
                x[2].Add(point.Version.Counter);
                y[2].Add(null!);
            }
            after = point.Version;
            x[2].Add(point.Version.Counter);
            y[2].Add(Math.Round(predicted, 3));
        }
        return [.. Names.Select((_, i) => new Line(x[i], y[i]))];
    }

    /// <summary>What the axis of versions says: a number alone names no write where its points are of several epochs.</summary>
    public static string AxisOf(IEnumerable<LatencyPoint> points)
    {
        var epochs = points.Select(p => p.Version.Epoch).Distinct().Order().ToArray();
        return epochs.Length < 2 ? "version (order of writes)" : $"version in its epoch (points of epochs {string.Join(", ", epochs.TakeLast(MostNamed))})";
    }

    public static SeriesTable Table(IReadOnlyList<LatencyPoint> points) => new(
        "Latency of answered writes",
        ["epoch", "version", "latency_ms", "delay_mean_ms", "W", "status"],
        [.. points.Select(p => (IReadOnlyList<string>)
            [SeriesTable.Number(p.Version.Epoch), SeriesTable.Number(p.Version.Counter), SeriesTable.Number(p.ElapsedMs), SeriesTable.Number(p.PredictedMs), SeriesTable.Number(p.Required), p.Success ? "success" : "partial_success"])]);
}
