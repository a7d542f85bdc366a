using KvLab.Core.Analysis;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Web.Access;
using KvLab.Web.Faults;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Reads;
using KvLab.Web.Runs;
using KvLab.Web.Supervision;

namespace KvLab.Web.Commands;

/// <summary>The commands over HTTP to the nodes, and over the supervisor to their processes.</summary>
internal sealed partial class ClusterCommands(
    NodeDirectory directory, NodeClient client, ISupervisor supervisor, FaultKeeper links, BurstStarter bursts, RunBook<Burst> burstRuns, ReadService reads, IClusterState state, SettingsInForce inForce, DashboardEvents events,
    LastChanges changes, ExclusiveLease lease, LabReach reach, TimeProvider time)
    : IClusterCommands
{
    /// <summary>Beyond the leader's own deadline: time for the way there and back on a busy machine.</summary>
    private static readonly TimeSpan WriteSlack = TimeSpan.FromSeconds(10);

    private LiveSettings Settings => inForce.Now ?? new LiveSettings();

    private TimeSpan WritePatience => TimeSpan.FromMilliseconds(Settings.ReplicationTimeoutMs) + WriteSlack;

    private NodeAddress Leader => directory.Leader ?? throw new CommandException(StatusCodes.Status503ServiceUnavailable, Leadership.WhyNone(state.Current));

    public bool Supervises => supervisor.Supervises;

    public async Task<LiveSettings> ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation = default)
    {
        using var own = lease.Act("change the settings");
        var before = Settings;
        // The leader validates everything at once and changes all or nothing; it alone knows N for certain.
        var settings = await client.PatchConfigAsync(Leader, patch, cancellation);
        inForce.Taken(settings);
        changes.Note(SettingFields.All.Where(f => f.TextOf(before) != f.TextOf(settings)).Select(f => LastChanges.Setting(f.Name)), lease.Mine?.View.Holder);
        if (patch.Versioning is not null)
            await Task.WhenAll(directory.Followers.Select(f => TellVersioningAsync(f, settings.Versioning, cancellation)));
        return settings;
    }

    /// <summary>
    /// A follower's own setting decides only about entries that are sent to it by hand: a write's rule travels with it. So one that does
    /// not answer is noted, and no reason to undo the change.
    /// </summary>
    private async Task TellVersioningAsync(NodeAddress follower, VersioningMode versioning, CancellationToken cancellation)
    {
        try
        {
            await client.PatchConfigAsync(follower, new LiveSettingsPatch { Versioning = versioning }, cancellation);
        }
        catch (CommandException failure)
        {
            events.Report(EventKind.DashboardNotice, follower.Id,
                $"{follower.Name} could not be switched to {versioning.ToString().ToLowerInvariant()} mode: {failure.Message} Each write carries the mode, so replication uses it anyway.");
        }
    }

    public Task<WriteAnswer> WriteAsync(string key, JsonText value, CancellationToken cancellation = default)
    {
        lease.Require("write");
        return client.WriteAsync(Leader, new WriteRequest(key, value), WritePatience, cancellation);
    }

    public Burst StartBurst(BurstPlan plan)
    {
        lease.Require("start a burst");
        // Where nobody leads nothing is started; later on a write finds out for itself.
        _ = Leader;
        if (lease.Mine is null) reach.CountBurst();
        return bursts.Start(plan, () => Leader, WritePatience, () => state.Current.Figures.Current?.Conditions);
    }

    public Burst? FindBurst(string id) => burstRuns.Find(id);
    public IReadOnlyList<Burst> Bursts => burstRuns.All;

    public bool CancelBurst(string id)
    {
        if (FindBurst(id) is null) return false;
        burstRuns.TryCancel(id);
        return true;
    }

    public Task KillNodeAsync(string id, CancellationToken cancellation = default) => ActAsync("kill a node", () => supervisor.KillAsync(Known(id), cancellation));
    public Task StartNodeAsync(string id, CancellationToken cancellation = default) => ActAsync("start a node", () => supervisor.StartAsync(Known(id), cancellation));
    public Task StartForgetfulAsync(string id, CancellationToken cancellation = default) =>
        ActAsync("start a node", () => supervisor.StartForgetfulAsync(Known(id), cancellation));

    public Task ProceedAsync(string id, CancellationToken cancellation = default) =>
        ActAsync("let a leader continue without nodes", () => client.ProceedAsync(directory.Find(Known(id))!, cancellation));

    public async Task<StorageRequest> ChangeStorageAsync(StorageRequest request, CancellationToken cancellation = default)
    {
        // It starts every node again: no run may begin in the middle.
        if (lease.Mine is null) reach.RequireConfigured(request);
        using var alone = lease.ActAlone(ExclusiveLease.StorageKind, "A change of storage");
        var changed = await supervisor.ChangeStorageAsync(request, cancellation);
        // Another cluster with other data: what was promised in the old one is no measure for it.
        reads.Forget();
        return changed;
    }

    public async Task<string> AddFollowerAsync(CancellationToken cancellation = default)
    {
        using var own = lease.Act("add a follower");
        CountFollower();
        return await supervisor.AddFollowerAsync(cancellation);
    }

    public async Task RemoveFollowerAsync(string id, CancellationToken cancellation = default)
    {
        using var own = lease.Act("remove a follower");
        CountFollower();
        await supervisor.RemoveFollowerAsync(Known(id), cancellation);
        await links.ForgetAsync(id, CancellationToken.None);
    }

    // What a run does was bounded with the run.
    private void CountFollower()
    {
        if (lease.Mine is null) reach.CountFollower();
    }

    private async Task ActAsync(string act, Func<Task> command)
    {
        using var own = lease.Act(act);
        await command();
    }

    private string Known(string id) => directory.Find(id)?.Id ?? throw NodeClient.UnknownNode(id, directory);

    public async Task ResetAsync(CancellationToken cancellation = default)
    {
        using var own = lease.Act("reset the cluster");
        // The leader first: it ends what is on its way, so that nothing arrives at a follower after that was emptied.
        var leader = Leader;
        var silent = new List<string>();
        await ClearAsync(leader);
        await Task.WhenAll(directory.Followers.Select(ClearAsync));
        reads.Forget();
        if (silent.Count == 0) return;
        if (silent.Count > directory.Followers.Count)
            throw new CommandException(StatusCodes.Status503ServiceUnavailable, "No node answered, so nothing was emptied.");
        events.Report(EventKind.DashboardNotice, null, $"The reset did not reach {string.Join(", ", silent.Order(NaturalOrder.Instance))}; old entries may still be held there. Except in naive mode, the leader removes a follower's old entries when it reaches that follower again.");

        async Task ClearAsync(NodeAddress node)
        {
            try
            {
                await client.ClearAsync(node, cancellation);
            }
            catch (CommandException)
            {
                lock (silent) silent.Add(node.Name);
            }
        }
    }

    public async Task<ConvergenceReport> CheckConvergenceAsync(CancellationToken cancellation = default)
    {
        if (directory.Leader is not { } leader)
        {
            var replicas = await Task.WhenAll(directory.Followers.Select(n => client.TryDumpAsync(n, cancellation)));
            return ConvergenceCheck.WithoutLeader(Leadership.WhyNone(state.Current), replicas);
        }

        var before = await client.TryHealthAsync(leader, cancellation);
        var dumps = await Task.WhenAll(directory.Followers.Prepend(leader).Select(n => client.TryDumpAsync(n, cancellation)));
        var after = await client.TryHealthAsync(leader, cancellation);
        var quiescent = before is { IsQuiescent: true } && after is { IsQuiescent: true } && before.LastVersion == after.LastVersion;
        return ConvergenceCheck.Compare(dumps[0], dumps[1..], quiescent);
    }
}
