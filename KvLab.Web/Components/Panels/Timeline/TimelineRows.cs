using KvLab.Core.Configuration;
using KvLab.Core.Observation.Timeline;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Timeline;

/// <summary>A line of the diagram, or several between the same two nodes that are drawn as one, in words.</summary>
internal sealed record TimelineRow(string At, string What, string From, string To, string Took, string Outcome, string Count)
{
    public string[] Cells => [At, What, From, To, Took, Outcome, Count];
}

/// <summary>What a diagram shows as a table, on the page and in a report.</summary>
internal static class TimelineRows
{
    public static string[] Heads(TimelineView view) => [view.Axis == TimelineAxis.Lamport ? "Lamport" : "Sent", "Kind", "From", "To", "Duration", "Outcome", "Messages"];

    /// <returns>The newest first, and how many messages are in none of the rows.</returns>
    public static (IReadOnlyList<TimelineRow> Rows, long Left) Of(TimelineView view, int most, ViewerClock clock, Func<string, string> name)
    {
        var lines = view.Lines.Where(l => !l.Before).OrderByDescending(l => l.SentAt ?? l.ArrivedAt).Take(most).ToArray();
        var sums = view.Sums.Where(s => !s.Before).OrderByDescending(s => s.Messages).Take(most - lines.Length / 2).ToArray();
        TimelineRow[] rows = [.. lines.Take(most - Math.Min(sums.Length, most / 2)).Select(l => Of(view, l, clock, name)), .. sums.Take(most - Math.Min(lines.Length, most / 2)).Select(s => Of(view, s, clock, name))];
        return (rows, view.Messages - lines.Count(l => l.Kind != LineKind.Write) - sums.Where(s => s.Kind != LineKind.Write).Sum(s => s.Messages));
    }

    private static TimelineRow Of(TimelineView view, LineView l, ViewerClock clock, Func<string, string> name) => new(
        view.Axis == TimelineAxis.Lamport ? $"{l.LamportSent ?? l.LamportArrived}" : Moment(clock, l.SentAt ?? l.ArrivedAt),
        $"{l.Call ?? EnumNames.NameOf(l.Kind)}{(l.Version > 0 ? $" v{l.Version}" : "")}{(l.Key is null ? "" : $" of {l.Key}")}{(l.Attempt > 1 ? $", attempt {l.Attempt}" : "")}{(l.Inversion ? ", out of order" : "")}",
        name(l.From), name(l.To), l is { SentAt: { } sent, ArrivedAt: { } arrived } ? Units.Ms(Math.Max(0, (arrived - sent).TotalMilliseconds)) : Units.None, EnumNames.NameOf(l.Outcome).Replace('_', ' '), "1");

    private static TimelineRow Of(TimelineView view, SumView s, ViewerClock clock, Func<string, string> name) => new(
        view.Axis == TimelineAxis.Lamport ? $"{s.FirstLamport}–{s.LastLamport}" : Moment(clock, s.FirstSentAt), $"{EnumNames.NameOf(s.Kind)}s{(s.Inversions > 0 ? $", {Units.Count(s.Inversions)} out of order" : "")}", name(s.From), name(s.To),
        Units.None, string.Join(", ", s.Outcomes.OrderByDescending(o => o.Value).Select(o => $"{Units.Count(o.Value)} {o.Key.Replace('_', ' ')}")), Units.Count(s.Messages));

    private static string Moment(ViewerClock clock, DateTimeOffset? at) => at is { } known ? clock.Millisecond(known) : Units.None;
}
