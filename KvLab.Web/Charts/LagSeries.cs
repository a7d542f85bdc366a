using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Charts;

/// <summary>Keys on which each follower is behind or missing, over the dashboard's own monotonic time. Pure.</summary>
public static class LagSeries
{
    /// <summary>The followers of these points, in natural order: follower-2 before follower-10.</summary>
    public static IReadOnlyList<string> Followers(IEnumerable<LagPoint> points) =>
        [.. points.SelectMany(p => p.Behind.Keys).Distinct().OrderBy(id => id.Length).ThenBy(id => id, StringComparer.Ordinal)];

    /// <summary>What a follower's line is called; a node has one for the time in which it followed.</summary>
    public static string NameOf(string follower) => NodeWords.Label(follower, leads: false);

    /// <returns>Per follower its (seconds, behind); a follower that was not there at some time has no point then.</returns>
    public static IReadOnlyList<LatencySeries.Line> Build(IReadOnlyList<string> followers, IEnumerable<LagPoint> points)
    {
        var lines = followers.Select(_ => (X: new List<object>(), Y: new List<object>())).ToArray();
        foreach (var point in points)
        {
            for (var i = 0; i < followers.Count; i++)
            {
                if (!point.Behind.TryGetValue(followers[i], out var behind)) continue;
                lines[i].X.Add(Math.Round(point.SecondsAgoBase, 2));
                lines[i].Y.Add(behind);
            }
        }
        return [.. lines.Select(l => new LatencySeries.Line(l.X, l.Y))];
    }

    /// <summary>After so many seconds without a change a new stretch begins.</summary>
    private const double QuietSeconds = 15;
    private const double MostSeconds = 120;
    private const double FewestSeconds = 20;

    /// <summary>The latest stretch in which anything changed: what was minutes ago would squeeze it into the edge of the picture.</summary>
    public static (double From, double To) InView(IReadOnlyList<LagPoint> points)
    {
        if (points.Count == 0) return (0, FewestSeconds);
        var to = points[^1].SecondsAgoBase;
        var first = points.Count - 1;
        while (first > 0 && points[first].SecondsAgoBase - points[first - 1].SecondsAgoBase <= QuietSeconds && to - points[first - 1].SecondsAgoBase <= MostSeconds) first--;
        var from = Math.Max(0, points[first].SecondsAgoBase - 1);
        return (from, Math.Max(to, from + FewestSeconds));
    }

    /// <summary>The distance between ticks for these counts of keys.</summary>
    public static double Step(IEnumerable<LagPoint> points) => Ticks.WholeStep(points.SelectMany(p => p.Behind.Values).DefaultIfEmpty().Max());

    public static SeriesTable Table(IReadOnlyList<LagPoint> points)
    {
        var followers = Followers(points);
        return new SeriesTable(
            "Keys behind per follower",
            ["seconds", .. followers.Select(NameOf)],
            [.. points.Select(p => (IReadOnlyList<string>)
                [SeriesTable.Number(p.SecondsAgoBase), .. followers.Select(f => p.Behind.TryGetValue(f, out var behind) ? SeriesTable.Number(behind) : "")])]);
    }
}
