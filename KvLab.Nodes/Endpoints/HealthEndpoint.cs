using KvLab.Core.Members;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary>
/// <c>GET /health</c>: who this is and whether it takes requests; 503 with the same body while it does not. A storage that is away is told under
/// <c>storage</c> and makes no node unready: it answers, says what is wrong, and goes on by itself.
/// </summary>
internal sealed class HealthEndpoint(Node node)
{
    public const string Path = "/health";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, HealthAsync);

    private async Task HealthAsync(HttpContext context)
    {
        var phase = node.Phase;
        var (highest, keys) = await AskStorageAsync(context.RequestAborted);
        var status = node.Leader?.Status;
        var answer = new NodeHealthAnswer(
            phase switch { MemberPhase.Starting => node.Replica.Waiting is null ? "starting" : "waiting", MemberPhase.Ready => "ready", _ => "stopping" },
            phase == MemberPhase.Ready, node.RoleName, node.Id, node.Events.Incarnation, highest.Epoch, highest.Counter,
            keys, node.LeaderUrl, Math.Round(node.Uptime.TotalSeconds, 3),
            status?.WritesInFlight ?? 0, status?.PendingDeliveries ?? 0, node.Storage, WaitingAnswer.Of(node.Replica.Waiting));
        await context.AnswerAsync(answer, AnswerJson.Readable.NodeHealthAnswer,
            answer.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private async ValueTask<(EntryVersion Highest, long? Keys)> AskStorageAsync(CancellationToken cancellation)
    {
        var highest = node.Leader?.LastVersion ?? node.Follower?.Highest ?? EntryVersion.None;
        // Whoever asks for health must not wait for a storage that is known to be away.
        if (!node.Storage.Ok) return (highest, null);
        try
        {
            return (await node.HighestAsync(), await node.Store.CountAsync(cancellation));
        }
        catch (StoreException)
        {
            return (highest, null);
        }
    }
}
