namespace KvLab.Nodes.Endpoints;

/// <summary><c>GET /health</c>: who this is and whether it takes requests; 503 with the same body while it does not.</summary>
internal sealed class HealthEndpoint(Node node)
{
    public const string Path = "/health";

    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, HealthAsync);

    private async Task HealthAsync(HttpContext context)
    {
        var phase = node.Phase;
        var highest = await node.HighestAsync();
        var status = node.Leader?.Status;
        var answer = new HealthAnswer(
            phase switch { NodePhase.Starting => "starting", NodePhase.Ready => "ready", _ => "stopping" },
            phase == NodePhase.Ready, node.RoleName, node.Id, node.Events.Incarnation, highest.Epoch, highest.Counter,
            await node.Store.CountAsync(context.RequestAborted), node.LeaderUrl, Math.Round(node.Uptime.TotalSeconds, 3),
            status?.WritesInFlight ?? 0, status?.PendingDeliveries ?? 0);
        await context.AnswerAsync(answer, AnswerJson.Readable.HealthAnswer,
            answer.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
