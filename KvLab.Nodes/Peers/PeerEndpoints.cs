using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Nodes.Endpoints;

namespace KvLab.Nodes.Peers;

/// <summary>What other replicas ask (<see cref="Core.Network.IPeerCalls"/>); for members of the cluster only.</summary>
internal sealed class PeerEndpoints(Node node, ClusterToken token)
{
    private Replica Replica => node.Replica;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(PeerPaths.State, token.Guard(StateAsync));
        routes.MapPost(PeerPaths.Seal, token.Guard(SealAsync));
        routes.MapGet(PeerPaths.Digest, token.Guard(async c => await c.AnswerAsync(await Replica.DigestAsync(c.RequestAborted), PeerJson.Default.UInt64Array)));
        routes.MapPost(PeerPaths.Digest, token.Guard(LeavesAsync));
        routes.MapPost(PeerPaths.Versions, token.Guard(VersionsAsync));
        routes.MapPost(PeerPaths.Entries, token.Guard(EntriesAsync));
        routes.MapGet(PeerPaths.Unconfirmed, token.Guard(UnconfirmedAsync));
        routes.MapPost(PeerPaths.Decide, token.Guard(DecideAsync));
    }

    private async Task StateAsync(HttpContext context)
    {
        // A node that is starting has recovered nothing yet: who asks for its state comes again.
        if (node.Phase == NodePhase.Stopping) throw new ProblemException(StatusCodes.Status503ServiceUnavailable, $"{node.Id} is shutting down.");
        token.HearFrom(context.Request, node);
        var state = await Replica.StateAsync();
        // A leader that has not recovered does not lead yet: two that start together must not both take the other for the leader.
        var leads = state.Leads && node.Phase == NodePhase.Ready;
        await context.AnswerAsync(
            new StateMessage(state.Node, state.Incarnation, leads, state.Highest.Epoch, state.Highest.Counter, state.Unconfirmed), PeerJson.Default.StateMessage);
    }

    private async Task SealAsync(HttpContext context)
    {
        var request = await ReadAsync(context, PeerJson.Default.SealRequest);
        var answer = await Replica.SealAsync(request.Epoch);
        if (answer.Accepted) token.LearnLeader(context.Request, node);
        await context.AnswerAsync(new SealResult(answer.Accepted, answer.Highest.Epoch, answer.Highest.Counter), PeerJson.Default.SealResult);
    }

    private async Task LeavesAsync(HttpContext context)
    {
        var branches = await ReadAsync(context, PeerJson.Default.Int32Array);
        if (branches.Any(b => b is < 0 or >= ReplicaDigest.Branches))
            throw ProblemException.BadField("branches", $"branches must be from 0 to {ReplicaDigest.Branches - 1}, but are {string.Join(", ", branches)}.");
        await context.AnswerAsync(await Replica.LeavesAsync(branches, context.RequestAborted), PeerJson.Default.UInt64Array);
    }

    private async Task VersionsAsync(HttpContext context)
    {
        var versions = await Replica.VersionsAsync(await ReadAsync(context, PeerJson.Default.Int32Array), context.RequestAborted);
        await context.AnswerAsync([.. versions.Select(v => WireVersion.Of(v.Key, v.Value))], PeerJson.Default.WireVersionArray);
    }

    private async Task EntriesAsync(HttpContext context)
    {
        var entries = await Replica.EntriesAsync(await ReadAsync(context, PeerJson.Default.StringArray), context.RequestAborted);
        await context.AnswerAsync([.. entries.Select(WireEntry.Of)], PeerJson.Default.WireEntryArray);
    }

    private Task UnconfirmedAsync(HttpContext context) =>
        context.AnswerAsync([.. Replica.Unconfirmed().Select(v => WireVersion.Of(v.Key, v.Value))], PeerJson.Default.WireVersionArray);

    private async Task DecideAsync(HttpContext context)
    {
        var request = await ReadAsync(context, PeerJson.Default.DecideRequest);
        var accepted = await Replica.DecideAsync(request.Epoch, [.. request.RollBacks.Select(r => r.ToRollBack())]);
        await context.AnswerAsync(new DecideResult(accepted), PeerJson.Default.DecideResult);
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted) ?? throw new JsonException("The body is null.");
        }
        catch (JsonException wrong)
        {
            throw ProblemException.BadField("body", $"The body is not what a replica asks: {wrong.Message}");
        }
    }
}
