using KvLab.Core.Members;
using KvLab.Core.Storage;
using KvLab.Nodes.Endpoints;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Peers;

/// <summary>What other replicas ask (<see cref="Core.Network.IPeerCalls"/>); for members of the cluster only.</summary>
internal sealed class PeerEndpoints(Node node, ClusterToken token)
{
    private Replica Replica => node.Replica;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(PeerPaths.State, Guard(StateAsync));
        routes.MapPost(PeerPaths.Seal, Guard(SealAsync));
        routes.MapPost(PeerPaths.Note, Guard(NoteAsync));
        routes.MapGet(PeerPaths.Digest, Guard(async c => await c.AnswerAsync(await Replica.DigestAsync(c.RequestAborted), PeerJson.Default.UInt64Array)));
        routes.MapPost(PeerPaths.Digest, Guard(LeavesAsync));
        routes.MapPost(PeerPaths.Versions, Guard(VersionsAsync));
        routes.MapPost(PeerPaths.Entries, Guard(EntriesAsync));
        routes.MapGet(PeerPaths.Unconfirmed, Guard(UnconfirmedAsync));
        routes.MapPost(PeerPaths.Decide, Guard(DecideAsync));
        routes.MapPost(PeerPaths.Remove, Guard(RemoveAsync));
    }

    private RequestDelegate Guard(RequestDelegate handler) => token.Guard(handler.Traced(node, token));

    private async Task StateAsync(HttpContext context)
    {
        // A node that is starting has recovered nothing yet: who asks for its state comes again.
        if (node.Phase == MemberPhase.Stopping) throw new ProblemException(StatusCodes.Status503ServiceUnavailable, $"{node.Id} is shutting down.");
        token.HearFrom(context.Request, node);
        var state = await Replica.StateAsync();
        await context.AnswerAsync(
            new StateMessage(state.Node, state.Incarnation, state.Leads, state.Highest.Epoch, state.Highest.Counter, state.Unconfirmed, state.Remembers, state.SmallestQuorum),
            PeerJson.Default.StateMessage);
    }

    private async Task SealAsync(HttpContext context)
    {
        var request = await PeerBody.ReadAsync(context, PeerJson.Default.SealRequest, (r, errors) => PeerRules.CheckEpoch(r.Epoch, node.KnownEpoch, errors));
        var answer = await Replica.SealAsync(request.Epoch, request.Leadership);
        if (answer.Accepted) token.LearnLeader(context.Request, node);
        await context.AnswerAsync(new SealResult(answer.Accepted, answer.Highest.Epoch, answer.Highest.Counter), PeerJson.Default.SealResult);
    }

    private async Task NoteAsync(HttpContext context)
    {
        var note = await PeerBody.ReadAsync(context, PeerJson.Default.LeaderNote, (r, errors) => PeerRules.CheckNote(r, node.KnownEpoch, errors));
        var accepted = Replica.Note(note);
        if (accepted) token.LearnLeader(context.Request, node);
        await context.AnswerAsync(new NoteResult(accepted), PeerJson.Default.NoteResult);
    }

    private async Task LeavesAsync(HttpContext context)
    {
        var branches = await PeerBody.ReadAsync(context, PeerJson.Default.Int32Array, (r, errors) => PeerRules.CheckPlaces(r, ReplicaDigest.Branches, "branches", errors));
        await context.AnswerAsync(await Replica.LeavesAsync(branches, context.RequestAborted), PeerJson.Default.UInt64Array);
    }

    private async Task VersionsAsync(HttpContext context)
    {
        var leaves = await PeerBody.ReadAsync(context, PeerJson.Default.Int32Array, (r, errors) => PeerRules.CheckPlaces(r, ReplicaDigest.Leaves, "leaves", errors));
        var versions = await Replica.VersionsAsync(leaves, context.RequestAborted);
        await context.AnswerAsync([.. versions.Select(v => WireVersion.Of(v.Key, v.Value))], PeerJson.Default.WireVersionArray);
    }

    private async Task EntriesAsync(HttpContext context)
    {
        var entries = await Replica.EntriesAsync(await PeerBody.ReadAsync(context, PeerJson.Default.StringArray, PeerRules.CheckKeys), context.RequestAborted);
        await context.AnswerAsync([.. entries.Select(WireEntry.Of)], PeerJson.Default.WireEntryArray);
    }

    private Task UnconfirmedAsync(HttpContext context) =>
        context.AnswerAsync([.. Replica.Unconfirmed().Select(v => WireVersion.Of(v.Key, v.Value))], PeerJson.Default.WireVersionArray);

    private async Task DecideAsync(HttpContext context)
    {
        var request = await PeerBody.ReadAsync(context, PeerJson.Default.DecideRequest, (r, errors) => PeerRules.CheckDecision(r, node.KnownEpoch, errors));
        var accepted = await Replica.DecideAsync(request.Epoch, [.. request.RollBacks.Select(r => r.ToRollBack())]);
        await context.AnswerAsync(new DecideResult(accepted), PeerJson.Default.DecideResult);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var request = await PeerBody.ReadAsync(context, PeerJson.Default.RemoveRequest, (r, errors) => PeerRules.CheckRemoval(r, node.KnownEpoch, errors));
        var accepted = await Replica.RemoveAsync(request.Epoch, request.Leadership, request.Versions.ToDictionary(v => v.Key, v => v.ToVersion(), StringComparer.Ordinal));
        await context.AnswerAsync(new RemoveResult(accepted), PeerJson.Default.RemoveResult);
    }
}
