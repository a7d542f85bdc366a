using System.Globalization;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Experiments;

/// <summary>
/// What the points of a plan have, in words. A sweep gives its points other values than the plan's own fields have, so whoever describes a run asks its points.
/// </summary>
public static class PointWords
{
    /// <summary>"uniform delay of 0 to 1000 ms", or "uniform delay of 0 to 10 ms or of 0 to 100 ms".</summary>
    public static string Delays(IEnumerable<PointPlan> points) => string.Join(" or ", points.GroupBy(p => p.Settings.Distribution).Select(shape =>
        shape.Key == DelayDistribution.Regions ? $"delay by region ({RegionDelays.Words})" : $"{shape.Key.ToString().ToLowerInvariant()} delay {Distinct(shape, "or", p => string.Create(CultureInfo.InvariantCulture, $"of {p.Settings.MinDelayMs:0.###} to {p.Settings.MaxDelayMs:0.###} ms"))}"));

    /// <summary>"a uniform delay of 0 to 1000 ms", "an exponential delay of 0 to 10 ms".</summary>
    public static string OneDelay(IEnumerable<PointPlan> points)
    {
        var delays = Delays(points);
        return delays.StartsWith('e') ? $"an {delays}" : $"a {delays}";
    }

    /// <summary>"uniform delay", "uniform or pareto delay".</summary>
    public static string Shapes(IEnumerable<PointPlan> points) => $"{Distinct(points, "or", p => p.Settings.Distribution.ToString().ToLowerInvariant())} delay";

    /// <summary>"10", or "1, 10 or 100".</summary>
    public static string Clients(IEnumerable<PointPlan> points) => Distinct(points, "or", p => p.Concurrency.ToString(CultureInfo.InvariantCulture));
    public static string Keys(IEnumerable<PointPlan> points) => Distinct(points, "or", p => p.Keys.ToString(CultureInfo.InvariantCulture));
    public static string Followers(IEnumerable<PointPlan> points) => Distinct(points, "or", p => p.Followers.ToString(CultureInfo.InvariantCulture));
    public static string Modes(IEnumerable<PointPlan> points) => Distinct(points, "and", p => p.Settings.Versioning.ToString().ToLowerInvariant());

    /// <summary>As measured: with fewer followers than W, all of them are asked for.</summary>
    public static string Quorums(IEnumerable<PointPlan> points) => Distinct(points, "and", p => p.Settings.WriteQuorum.ToString(CultureInfo.InvariantCulture));

    /// <summary>The different texts in their order, the last after the word.</summary>
    private static string Distinct(IEnumerable<PointPlan> points, string word, Func<PointPlan, string> of)
    {
        var texts = points.Select(of).Distinct(StringComparer.Ordinal).ToList();
        return texts.Count < 2 ? string.Concat(texts) : $"{string.Join(", ", texts.SkipLast(1))} {word} {texts[^1]}";
    }
}
