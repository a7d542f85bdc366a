using KvLab.Core.Observation.Traffic;
using KvLab.Core.Replays;
using KvLab.Web.Api.Requests;
using KvLab.Web.Live;
using KvLab.Web.Replays;

namespace KvLab.Web.Api;

/// <summary>Every message between nodes, with both of its ends.</summary>
internal static class MessageEndpoints
{
    private const int StandardLimit = 1_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/messages", Messages).WithTags("Events").Produces<IReadOnlyList<MessageView>>().Refuses(404)
        .WithSummary($"The messages between nodes, newest first: each attempt to deliver a write to a follower, as request and answer; other calls between nodes (probe; seal: refuse older leaders; digest; repair; recover); and what clients of this dashboard read (from=clients). "
            + "from and to: either times of sending (ISO 8601), or the sending and the receiving node; node: either end; key; "
            + $"limit: 1 … {MessageQuery.MostRows}, default {StandardLimit}. Times are on one clock where the nodes run on one machine; errorMs says how wrong they may be; null means not known. "
            + "recording: messages of this recording instead of the live lab.");

    private static IReadOnlyList<MessageView> Messages(HttpRequest request, ITrafficLookup traffic, IRecordedStreams recordings)
    {
        var query = new StrictQuery(request, "from", "to", "node", "key", "limit", "recording");
        var (from, sender) = query.InstantOrName("from");
        var (to, receiver) = query.InstantOrName("to");
        var wanted = new MessageQuery(from, to, query.Text("node"), sender, receiver, query.Text("key"), query.Int("limit", StandardLimit, 1, MessageQuery.MostRows));
        query.ThrowIfWrong();
        if (query.Text("recording") is not { } id) return wanted.Of(traffic.CopyTraffic());
        using var recording = recordings.Find(id, "recording");
        return wanted.Of(RecordedMessages.In(recording.Stream, from, to));
    }
}
