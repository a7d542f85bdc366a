using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Api.Requests;
using KvLab.Web.Commands;
using KvLab.Web.Live;
using KvLab.Web.Problems;

namespace KvLab.Web.Api;

/// <summary>What goes wrong on purpose: nodes that stop, freeze, are slow or have a wrong clock, and links with faults.</summary>
internal static class FaultEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var cluster = routes.MapGroup("/api/cluster").WithTags("Faults");
        cluster.MapPost("/nodes/{id}/stop", StopAsync).Produces<NodeAnswer>().Refuses(404, 409)
            .WithSummary("Stops the process (SIGTERM): it accepts no more writes, delivers what is pending for a while, and exits. Only for nodes that this dashboard started.");
        cluster.MapPost("/nodes/{id}/freeze", FreezeAsync).Produces<NodeAnswer>().Refuses(404, 409)
            .WithSummary("Pauses the process (SIGSTOP, or its equivalent inside a node that was started elsewhere): it does nothing and keeps what it holds.");
        cluster.MapPost("/nodes/{id}/thaw", ThawAsync).Produces<NodeAnswer>().Refuses(404, 409).WithSummary("Continues a frozen node where it stopped.");
        cluster.MapPut("/nodes/{id}/faults", SetFaultsAsync).Accepts<NodeFaultsBody>("application/json").Produces<NodeAnswer>().Refuses(404, 409, 503, 504)
            .WithSummary("Makes a node slow or its wall clock wrong, until its process ends; what is not named stays.");
        cluster.MapGet("/links", LinksAsync).Produces<LinksAnswer>().Refuses(503, 504)
            .WithSummary("The leader's link to each follower: its faults, what they did so far, and the sides of a partition.");
        cluster.MapPut("/links/{follower}", SetLinkAsync).Accepts<LinkFaults>("application/json").Produces<LinksAnswer>().Refuses(404, 409, 503, 504)
            .WithSummary("Replaces the faults of one link; a field that is left out means no fault.");
        cluster.MapDelete("/links/{follower}", HealOneAsync).Produces<LinksAnswer>().Refuses(404, 409, 503, 504)
            .WithSummary("Heals one link, and ends its separation by a partition.");
        cluster.MapDelete("/links", HealAllAsync).Produces<LinksAnswer>().Refuses(409, 503, 504).WithSummary("Heals all links and ends the partition.");
        cluster.MapPost("/partition", PartitionAsync).Accepts<PartitionBody>("application/json").Produces<LinksAnswer>().Refuses(409, 503, 504)
            .WithSummary("Separates these followers from all other nodes, whoever leads; an empty list ends the partition.");
    }

    private static async Task<NodeAnswer> StopAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        var before = state.StateOf(id);
        await commands.StopNodeAsync(id, cancellation);
        return await state.SettledNodeAsync(id, before, NodeState.Stopped, time, cancellation);
    }

    private static async Task<NodeAnswer> FreezeAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        var before = state.StateOf(id);
        await commands.FreezeNodeAsync(id, cancellation);
        return await state.SettledNodeAsync(id, before, NodeState.Frozen, time, cancellation);
    }

    private static async Task<NodeAnswer> ThawAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        var before = state.StateOf(id);
        await commands.ThawNodeAsync(id, cancellation);
        return await state.SettledNodeAsync(id, before, NodeState.Running, time, cancellation);
    }

    private static async Task<NodeAnswer> SetFaultsAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        NodeView? Node() => state.Current.Nodes.FirstOrDefault(n => n.Id == id);
        var faults = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("slowMs", "clockSkewMs");
            return new NodeFaults
            {
                SlowMs = fields.Number("slowMs") ?? Node()?.SlowMs ?? 0,
                ClockSkewMs = fields.Long("clockSkewMs", -NodeFaults.LargestSkewMs, NodeFaults.LargestSkewMs) ?? Node()?.ClockSkewMs ?? 0,
            };
        });
        await commands.SetNodeFaultsAsync(id, faults, cancellation);
        await state.SettleAsync(_ => Node() is { } n && n.SlowMs == faults.SlowMs && n.ClockSkewMs == faults.ClockSkewMs, time, cancellation);
        return NodeAnswer.Of(Node() ?? throw new CommandException(StatusCodes.Status404NotFound, $"{id} is no longer part of the cluster."));
    }

    private static async Task<LinksAnswer> LinksAsync(IClusterState state, IClusterCommands commands, CancellationToken cancellation) =>
        new(await commands.LinksAsync(cancellation), state.Current.OtherSide);

    private static async Task<LinksAnswer> SetLinkAsync(string follower, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        var faults = await StrictBody.ReadAsync(request, LinkFaults.Read);
        await commands.SetLinkAsync(follower, faults, cancellation);
        return await SettledAsync(s => s.Links.Any(l => l.Follower == follower && l.Faults == faults), state, commands, time, cancellation);
    }

    private static async Task<LinksAnswer> HealOneAsync(string follower, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await commands.HealAsync(follower, cancellation);
        return await SettledAsync(s => s.Links.Any(l => l.Follower == follower && l.Faults.IsNone), state, commands, time, cancellation);
    }

    private static async Task<LinksAnswer> HealAllAsync(IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await commands.HealAsync(null, cancellation);
        return await SettledAsync(s => s.Links.All(l => l.Faults.IsNone) && s.OtherSide.IsEmpty, state, commands, time, cancellation);
    }

    private static async Task<LinksAnswer> PartitionAsync(HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        var otherSide = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("followers");
            if (!fields.Has("followers")) fields.Add("followers", "is missing.");
            return fields.Texts("followers") ?? [];
        });
        await commands.PartitionAsync(otherSide, cancellation);
        return await SettledAsync(s => s.OtherSide.ToHashSet().SetEquals(otherSide), state, commands, time, cancellation);
    }

    /// <summary>As the leader has it; where none answers (the plan waits for it to start again), as the page shows it.</summary>
    private static async Task<LinksAnswer> SettledAsync(
        Func<ClusterSnapshot, bool> isSettled, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        if (state.Current.Leader?.State is not NodeState.Running)
            return new LinksAnswer([.. state.Current.Links.Select(l => new LinkReport(l.Follower, l.Faults, LinkCounts.None))], state.Current.OtherSide);
        await state.SettleAsync(isSettled, time, cancellation);
        return await LinksAsync(state, commands, cancellation);
    }
}

/// <param name="SlowMs">Before every write, read and replicated message; 0 … 60,000.</param>
/// <param name="ClockSkewMs">± one day; shows in the times of its events only.</param>
public sealed record NodeFaultsBody(double? SlowMs, long? ClockSkewMs);

/// <param name="Followers">Those that are on the other side from the leader.</param>
public sealed record PartitionBody(IReadOnlyList<string> Followers);

/// <param name="Links">Counts are of all messages between the two nodes since the leader started.</param>
/// <param name="OtherSide">The nodes that a partition separates from all others; empty without one.</param>
public sealed record LinksAnswer(IReadOnlyList<LinkReport> Links, IReadOnlyList<string> OtherSide);
