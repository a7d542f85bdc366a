using KvLab.Core.Observation.Timeline;
using KvLab.Web.Api.Requests;
using KvLab.Web.Live;
using KvLab.Web.Replays;

namespace KvLab.Web.Api;

/// <summary>The space-time diagram for programs: the lines and sums that the page draws.</summary>
internal static class TimelineEndpoints
{
    private const long StandardNs = 10_000_000_000;
    private const long StandardLamport = 200;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/timeline", Timeline).WithTags("Events").Produces<TimelineView>().Refuses(404)
        .WithSummary("A window of the space-time diagram: lanes, lines of messages and writes, and the states of the nodes. Lines too close together to be drawn at this width (pixels, "
            + $"default {TimelineQuery.StandardWidth}) are summed up, one sum for each pair of nodes, with its number of messages by outcome. The field messages equals the number of messages that /api/messages "
            + "returns for the same window: all lines and summed messages, except writes and those sent before the window. axis: real (default) or lamport; from and to: ISO 8601, or whole numbers "
            + "on the Lamport axis, default the latest 10 s; node: either end; key; kind: request, answer, call, read or write; recording: of this recording instead of the live lab.");

    private static TimelineView Timeline(HttpRequest request, ITimelineSource live, IRecordedStreams recordings)
    {
        var query = new StrictQuery(request, "from", "to", "width", "axis", "node", "key", "kind", "recording");
        var axis = query.Named<TimelineAxis>("axis") ?? TimelineAxis.Real;
        var lamport = axis == TimelineAxis.Lamport;
        var (fromAt, toAt) = lamport ? default : (query.Instant("from"), query.Instant("to"));
        var (fromStep, toStep) = lamport ? (query.Whole("from"), query.Whole("to")) : default;
        var width = query.Int("width", TimelineQuery.StandardWidth, 1, TimelineQuery.LargestWidth);
        var kind = query.Named<LineKind>("kind");
        query.ThrowIfWrong();
        using var recording = query.Text("recording") is { } id ? recordings.Find(id, "recording") : null;
        return (recording is null ? live : new RecordedTimeline(recording.Stream)).Look(axis, book =>
        {
            // Both ends count, as in /api/messages, which knows a tenth of a microsecond.
            var to = lamport ? (toStep ?? book.Now) + 1 : toAt is { } end ? book.NsOf(end) + 100 : book.Now + 1;
            var from = lamport ? fromStep ?? to - StandardLamport : fromAt is { } begin ? book.NsOf(begin) : to - StandardNs;
            return book.View(new TimelineQuery(Math.Max(1, from), Math.Max(2, to), width) { Node = query.Text("node"), Key = query.Text("key"), Kind = kind });
        });
    }
}
