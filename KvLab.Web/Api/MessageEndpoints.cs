using KvLab.Core.Observation.Traffic;
using KvLab.Web.Live;

namespace KvLab.Web.Api;

/// <summary>Every message between nodes, with both of its ends.</summary>
internal static class MessageEndpoints
{
    private const int StandardLimit = 1_000;

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/messages", Messages).WithTags("Events").Produces<IReadOnlyList<MessageView>>().Refuses()
        .WithSummary($"The messages between nodes, newest first: request and answer of each attempt to bring a write to a follower, rare calls (probe, seal, digest, repair, recover), and what clients of this dashboard read (from=clients). "
            + "from and to: when they were sent, as ISO 8601, or the node that sent or was to get them; node: either end; key; "
            + $"limit: 1 … {MessageQuery.MostRows}, default {StandardLimit}. Times are on one clock where the nodes run on one machine; errorMs says how wrong they may be; null means not known.");

    private static IReadOnlyList<MessageView> Messages(HttpRequest request, ITrafficLookup traffic)
    {
        var query = new StrictQuery(request, "from", "to", "node", "key", "limit");
        var (from, sender) = query.InstantOrName("from");
        var (to, receiver) = query.InstantOrName("to");
        var wanted = new MessageQuery(from, to, query.Text("node"), sender, receiver, query.Text("key"), query.Int("limit", StandardLimit, 1, MessageQuery.MostRows));
        query.ThrowIfWrong();
        return wanted.Of(traffic.CopyTraffic());
    }
}
