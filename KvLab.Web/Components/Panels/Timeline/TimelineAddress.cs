using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Versioning;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Web.Components.Panels.Timeline;

/// <summary>
/// The place, the zoom, the filters and the selection of a diagram in the address, and back: <c>at</c> (a time, or a Lamport time), <c>zoom</c> (ms, or Lamport times), <c>select</c> (epoch.version, and @node),
/// <c>axis</c>, <c>lane</c>, <c>of</c> (key), <c>line</c> (kind), <c>only</c>. What cannot be understood counts as left out, because links are written by people too.
/// </summary>
internal static class TimelineAddress
{
    /// <summary>A window of two hours is the widest.</summary>
    public const double WidestMs = 7_200_000;

    private static readonly string[] Own = ["at", "zoom", "select", "axis", "lane", "of", "line", "only"];

    public static string Write(string uri, TimelineWindow window, Selection selection)
    {
        var path = uri.Split('?', '#')[0];
        var kept = Query(uri).Where(p => !Own.Contains(p.Key)).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value.ToString()));
        return QueryHelpers.AddQueryString(path, kept.Concat(Facts(window, selection)));
    }

    private static IEnumerable<KeyValuePair<string, string?>> Facts(TimelineWindow window, Selection selection)
    {
        if (window.At is { } at) yield return new("at", window.Axis == TimelineAxis.Lamport ? Number(at) : DateTimeOffset.UnixEpoch.AddMilliseconds(at).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFFZ", CultureInfo.InvariantCulture));
        if (window.Zoom is { } zoom) yield return new("zoom", Number(zoom));
        if (Write(selection) is { } selected) yield return new("select", selected);
        if (window.Axis != TimelineAxis.Real) yield return new("axis", EnumNames.NameOf(window.Axis));
        if (window.Node is not null) yield return new("lane", window.Node);
        if (window.Key is not null) yield return new("of", window.Key);
        if (window.Kind is { } kind) yield return new("line", EnumNames.NameOf(kind));
        if (window.Only) yield return new("only", "1");
    }

    /// <returns>Null where no write is selected.</returns>
    public static string? Write(Selection selection) =>
        selection.Version.IsNone ? null : string.Create(CultureInfo.InvariantCulture, $"{selection.Version.Epoch}.{selection.Version.Counter}{(selection.Node is null ? "" : $"@{selection.Node}")}");

    public static TimelineWindow Read(string uri)
    {
        var query = Query(uri);
        var axis = Text("axis") is { } name && EnumNames.TryParse<TimelineAxis>(name, out var named) ? named : TimelineAxis.Real;
        return new TimelineWindow(
            axis == TimelineAxis.Lamport ? Amount("at") : At("at"), Amount("zoom") is { } zoom and > 0 ? zoom : null, axis, Text("lane"), Text("of"),
            Text("line") is { } line && EnumNames.TryParse<LineKind>(line, out var kind) ? kind : null, Text("only") == "1");

        string? Text(string parameter) => query.TryGetValue(parameter, out var value) && !string.IsNullOrEmpty(value) ? value.ToString() : null;

        double? Amount(string parameter) =>
            double.TryParse(Text(parameter), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && Math.Abs(value) < 1e15 ? value : null;

        double? At(string parameter) =>
            DateTimeOffset.TryParse(Text(parameter), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? (at - DateTimeOffset.UnixEpoch).TotalMilliseconds : null;
    }

    /// <summary>The write that a link selects; its key is not in the link.</summary>
    public static (EntryVersion Version, string? Node)? Selected(string uri)
    {
        if (!Query(uri).TryGetValue("select", out var value)) return null;
        var parts = value.ToString().Split('@', 2);
        var numbers = parts[0].Split('.');
        return numbers.Length == 2 && long.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && long.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out var counter)
            ? (new EntryVersion(epoch, counter), parts.Length == 2 ? parts[1] : null)
            : null;
    }

    private static Dictionary<string, Microsoft.Extensions.Primitives.StringValues> Query(string uri)
    {
        var at = uri.IndexOf('?', StringComparison.Ordinal);
        return at < 0 ? [] : QueryHelpers.ParseQuery(uri[at..].Split('#')[0]);
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
