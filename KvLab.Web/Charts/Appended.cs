namespace KvLab.Web.Charts;

/// <summary>
/// What is new in a bounded series since it was last drawn. Points are the same objects in successive snapshots, so the last drawn one
/// is found by reference; when it is gone the series was emptied or ran on too far, and is drawn anew.
/// </summary>
public static class Appended
{
    /// <param name="last">The last point that was drawn; null for none.</param>
    /// <returns>The new points, or null when all have to be drawn.</returns>
    public static IReadOnlyList<T>? Since<T>(IReadOnlyList<T> points, T? last) where T : class
    {
        if (last is null) return null;
        for (var i = points.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(points[i], last)) return [.. points.Skip(i + 1)];
        }
        return null;
    }
}
