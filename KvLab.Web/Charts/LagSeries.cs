using KvLab.Web.State;

namespace KvLab.Web.Charts;

/// <summary>Keys on which each follower is behind or missing, over the dashboard's own monotonic time. Pure.</summary>
public static class LagSeries
{
    /// <summary>The followers of these points, in natural order: follower-2 before follower-10.</summary>
    public static IReadOnlyList<string> Followers(IEnumerable<LagPoint> points) =>
        [.. points.SelectMany(p => p.Behind.Keys).Distinct().OrderBy(id => id.Length).ThenBy(id => id, StringComparer.Ordinal)];

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

    public static SeriesTable Table(IReadOnlyList<LagPoint> points)
    {
        var followers = Followers(points);
        return new SeriesTable(
            "Keys behind per follower",
            ["seconds", .. followers],
            [.. points.Select(p => (IReadOnlyList<string>)
                [SeriesTable.Number(p.SecondsAgoBase), .. followers.Select(f => p.Behind.TryGetValue(f, out var behind) ? SeriesTable.Number(behind) : "")])]);
    }
}
