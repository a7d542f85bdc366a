using System.Net;
using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Web.Access;
using KvLab.Web.Api.Requests;
using KvLab.Web.Commands;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Resets;

namespace KvLab.Web.Api;

/// <summary>The cluster as a whole: its settings, its nodes, its reset.</summary>
internal static class ClusterEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var cluster = routes.MapGroup("/api/cluster").WithTags("Cluster");
        cluster.MapGet("", (IClusterState state, IClusterCommands commands, ExclusiveLease lease) => ClusterAnswer.Of(state.Current, commands.Supervises, lease.Current))
            .WithSummary("Settings, nodes and figures as the page shows them, and which run has the cluster to itself (lease).");
        cluster.MapPatch("/settings", PatchSettingsAsync).Accepts<LiveSettingsPatch>("application/json").Produces<LiveSettings>().Refuses(409)
            .WithSummary("Changes the settings in the body, all or none of them; returns all settings.");
        cluster.MapPost("/nodes/{id}/kill", KillAsync).Produces<NodeAnswer>().Refuses(404, 409)
            .WithSummary("Kills the process at once (SIGKILL). Only for nodes that this dashboard started.");
        cluster.MapPost("/nodes/{id}/start", StartAsync).Produces<NodeAnswer>().Refuses(404, 409)
            .WithSummary("Restarts a node that was killed or stopped, or has crashed; it keeps its id and port. recover: false starts a leader that asks no follower and counts from 1 again, as the original lab program does.");
        cluster.MapPost("/nodes/{id}/proceed", ProceedAsync).Produces<NodeAnswer>().Refuses(404, 409)
            .WithSummary("Lets a leader that waits for nodes (waiting in GET /api/cluster) begin without them; acknowledged writes that only they hold may be lost. 409 when it does not wait.");
        cluster.MapPut("/storage", PutStorageAsync).Accepts<StorageBody>("application/json").Produces<ClusterAnswer>().Refuses(409, 502, 504)
            .WithSummary("Restarts all nodes with another storage: storage for all, storageOf for single nodes, each memory, sqlite:…, redis:… or postgres:…, or only the kind (such as redis) if its address is configured. Entries in memory are lost, entries elsewhere stay there.");
        cluster.MapPost("/followers", AddFollowerAsync).Produces<FollowerAnswer>(201).Refuses(409)
            .WithSummary("Starts one more follower. It gets writes from now on; the catch-up setting (rejoinSync) decides which existing keys it receives.");
        cluster.MapDelete("/followers/{id}", RemoveFollowerAsync).Produces(204).Refuses(404, 409)
            .WithSummary("Removes a follower from the cluster; refused when fewer than W would be left.");
        cluster.MapPost("/reset", ResetAsync).Accepts<ResetBody>("application/json").Produces(204).Refuses(409, 502, 503)
            .WithSummary("Empties every node that answers (scope data, the default), or resets the whole lab to its initial state: settings, failover rule, links, faults, leader, followers and storage, with all data deleted (scope all). The version counter continues.");
        cluster.MapPost("/take-over", TakeOverAsync).Produces<LeaseView>().Refuses(409, 504)
            .WithSummary("Cancels the experiment, scenario, chaos run or drill that has the cluster, and answers when it has restored what it changed; 409 when none has it.");
        cluster.MapGet("/token", Token).Produces<TokenAnswer>().Refuses(403)
            .WithSummary("The secret for the nodes' guarded calls (/replicate, PATCH /config, /clear, /internal). To this machine only.");
        routes.MapGet("/api/convergence", (IClusterCommands commands, CancellationToken cancellation) => commands.CheckConvergenceAsync(cancellation))
            .Produces<ConvergenceReport>().Refuses(503).WithTags("Cluster")
            .WithSummary("Asks every node for all its entries and compares them one by one; a node that does not answer is unreachable, never equal.");
    }

    private static async Task<LiveSettings> PatchSettingsAsync(HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        var patch = await StrictBody.ReadAsync(request, LiveSettingsPatch.Read);
        var settings = await commands.ChangeSettingsAsync(patch, cancellation);
        await state.SettleAsync(s => s.Settings == settings, time, cancellation);
        return settings;
    }

    private static async Task<NodeAnswer> KillAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        var before = state.StateOf(id);
        await commands.KillNodeAsync(id, cancellation);
        return await state.SettledNodeAsync(id, before, NodeState.Stopped, time, cancellation);
    }

    private static async Task<NodeAnswer> StartAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        var recover = await StrictBody.ReadOptionalAsync(request, fields =>
        {
            fields.AllowOnly("recover");
            return fields.Bool("recover") ?? true;
        }, without: true);
        var before = state.StateOf(id);
        await (recover ? commands.StartNodeAsync(id, cancellation) : commands.StartForgetfulAsync(id, cancellation));
        return await state.SettledNodeAsync(id, before, NodeState.Running, time, cancellation);
    }

    private static async Task<NodeAnswer> ProceedAsync(string id, HttpRequest request, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        var before = state.StateOf(id);
        await commands.ProceedAsync(id, cancellation);
        await state.SettleAsync(s => s.Waiting?.Node != id, time, cancellation);
        return await state.SettledNodeAsync(id, before, NodeState.Running, time, cancellation);
    }

    private static async Task<ClusterAnswer> PutStorageAsync(HttpRequest request, IClusterState state, IClusterCommands commands, ExclusiveLease lease, CancellationToken cancellation)
    {
        await commands.ChangeStorageAsync(await StrictBody.ReadAsync(request, StorageRequest.Read), cancellation);
        return ClusterAnswer.Of(state.Current, commands.Supervises, lease.Current);
    }

    private static async Task<IResult> AddFollowerAsync(HttpRequest request, IClusterCommands commands, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        var id = await commands.AddFollowerAsync(cancellation);
        return Results.Created($"{request.PathBase}/api/cluster", new FollowerAnswer(id));
    }

    private static async Task<IResult> RemoveFollowerAsync(string id, IClusterState state, IClusterCommands commands, TimeProvider time, CancellationToken cancellation)
    {
        await commands.RemoveFollowerAsync(id, cancellation);
        await state.SettleAsync(s => s.Nodes.All(n => n.Id != id), time, cancellation);
        return Results.NoContent();
    }

    private static async Task<IResult> ResetAsync(
        HttpRequest request, IClusterState state, IClusterCommands commands, ILabDefaults defaults, TimeProvider time, CancellationToken cancellation)
    {
        var scope = await StrictBody.ReadOptionalAsync(request, fields =>
        {
            fields.AllowOnly("scope");
            return fields.Choice<ResetScope>("scope") ?? ResetScope.Data;
        }, without: ResetScope.Data);
        await (scope == ResetScope.All ? defaults.RestoreAsync(cancellation) : commands.ResetAsync(cancellation));
        await state.SettleAsync(s => s.Keys.IsEmpty, time, cancellation);
        return Results.NoContent();
    }

    private static async Task<LeaseView> TakeOverAsync(HttpRequest request, ExclusiveLease lease, CancellationToken cancellation)
    {
        await StrictBody.RequireEmptyAsync(request);
        return await lease.TakeOverAsync(cancellation);
    }

    private static TokenAnswer Token(HttpContext context, ClusterOptions options, LabReach reach) =>
        reach.IsOpenTo(context.Connection.LocalIpAddress) || context.Request.Headers.ContainsKey("X-Forwarded-For") || (context.Connection.RemoteIpAddress is { } address && !IPAddress.IsLoopback(address))
            ? throw new CommandException(StatusCodes.Status403Forbidden, "The token is given only to callers on the machine where the dashboard runs, and only while no other machine can reach the dashboard.")
            : new TokenAnswer(TelemetryContract.TokenHeader, options.Token);
}
