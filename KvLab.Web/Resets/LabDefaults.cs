using KvLab.Core.Events;
using KvLab.Core.Failover;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Web.Commands;
using KvLab.Web.Failover;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Supervision;

namespace KvLab.Web.Resets;

/// <summary>
/// One command after another, as a person would give them on the page, while the cluster is held so that nobody else changes it. A step that fails does not stop the
/// others: the lab is as near to its defaults as it can be, and the answer names what is not.
/// </summary>
internal sealed class LabDefaults(
    IClusterCommands commands, IFailover failover, ISupervisor supervisor, NodeDirectory directory, IClusterState state, ClusterOptions options, ExclusiveLease lease,
    TimeProvider time)
    : ILabDefaults
{
    private static readonly TimeSpan NodePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BurstPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShowPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LeadPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(250);

    public async Task RestoreAsync(CancellationToken cancellation = default)
    {
        using var alone = lease.ActAlone("reset", "A reset of the whole lab");
        var failed = new List<string>();
        await TryAsync("bursts", StopBurstsAsync);
        // First of all, so that no automatic failover acts while nodes come and go.
        await TryAsync("failover rule", () => Done(() => failover.Change(new FailoverPolicy())));
        if (supervisor.BackToStartStorage is { } back) await TryAsync("storage", () => commands.ChangeStorageAsync(back, cancellation));
        foreach (var node in state.Current.Nodes.Where(n => n.State == NodeState.Frozen)) await TryAsync(node.Id, () => commands.ThawNodeAsync(node.Id, cancellation));
        // Before a leader starts: it asks its followers for what it may have forgotten.
        await TryAsync("links", () => commands.HealAsync(cancellation: cancellation));
        await TryAsync("nodes", () => StartNodesAsync(cancellation));
        foreach (var node in state.Current.Nodes.Where(n => n.SlowMs > 0 || n.ClockSkewMs != 0))
            await TryAsync($"faults of {node.Id}", () => commands.SetNodeFaultsAsync(node.Id, NodeFaults.None, cancellation));
        if (supervisor.Supervises) await TryAsync("missing followers", () => AddFollowersAsync(cancellation));
        await TryAsync("leader", () => RestoreLeaderAsync(cancellation));
        await TryAsync("settings", () => RestoreSettingsAsync(cancellation));
        if (supervisor.Supervises) await TryAsync("added followers", () => RemoveFollowersAsync(cancellation));
        await TryAsync("data", () => commands.ResetAsync(cancellation));
        if (failed.Count > 0)
        {
            throw new CommandException(StatusCodes.Status502BadGateway,
                $"Not everything could be reset to its initial state. {string.Join(" ", failed)} Everything else was.");
        }

        await ShownAsync(cancellation);

        async Task TryAsync(string what, Func<Task> step)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                await step();
            }
            catch (CommandException failure)
            {
                failed.Add($"{char.ToUpperInvariant(what[0])}{what[1..]}: {failure.Message}");
            }
            catch (TimeoutException)
            {
                failed.Add($"{char.ToUpperInvariant(what[0])}{what[1..]}: no effect was seen in time.");
            }
        }
    }

    private static Task Done(Action step)
    {
        step();
        return Task.CompletedTask;
    }

    private async Task StopBurstsAsync()
    {
        foreach (var burst in Running()) commands.CancelBurst(burst.Id);
        var began = time.GetTimestamp();
        while (Running().Any())
        {
            if (time.GetElapsedTime(began) > BurstPatience) throw new TimeoutException();
            await Task.Delay(BetweenTries, time);
        }

        IEnumerable<Burst> Running() => commands.Bursts.Where(b => b.State == BurstState.Running);
    }

    private async Task StartNodesAsync(CancellationToken cancellation)
    {
        var down = state.Current.Nodes.Where(n => n.State.IsDown()).Select(n => n.Id).ToList();
        // The leader last: it finds whom it has to ask.
        foreach (var id in down.OrderBy(id => id == directory.Leader?.Id)) await commands.StartNodeAsync(id, cancellation);
        await state.WhenAsync(s => s.Nodes.All(n => n.State == NodeState.Running), NodePatience, time, cancellation);
    }

    private async Task AddFollowersAsync(CancellationToken cancellation)
    {
        // The one that is added takes the lowest number that is free.
        for (var missing = Enumerable.Range(1, options.Followers).Count(n => directory.Find(NodeRoles.FollowerId(n)) is null); missing > 0; missing--)
            await commands.AddFollowerAsync(cancellation);
    }

    private async Task RemoveFollowersAsync(CancellationToken cancellation)
    {
        var wanted = Enumerable.Range(1, options.Followers).Select(NodeRoles.FollowerId).ToHashSet(StringComparer.Ordinal);
        foreach (var extra in directory.Followers.Where(f => f.Id != NodeRoles.Leader && !wanted.Contains(f.Id)).ToList())
            await commands.RemoveFollowerAsync(extra.Id, cancellation);
    }

    /// <summary>A node that has just started may need a moment until it can lead.</summary>
    private async Task RestoreLeaderAsync(CancellationToken cancellation)
    {
        if (directory.Find(NodeRoles.Leader) is null) return;
        for (var began = time.GetTimestamp(); directory.Leader?.Id != NodeRoles.Leader;)
        {
            try
            {
                await failover.FailOverAsync(NodeRoles.Leader, force: true, cancellation: cancellation);
            }
            catch (CommandException) when (time.GetElapsedTime(began) < LeadPatience)
            {
                await Task.Delay(BetweenTries, time, cancellation);
            }
        }

        await state.WhenAsync(s => s.Leader?.Id == NodeRoles.Leader, NodePatience, time, cancellation);
    }

    private async Task RestoreSettingsAsync(CancellationToken cancellation)
    {
        // Nodes that others started have settings of their own: those that the dashboard saw first.
        var wanted = supervisor.Supervises ? options.Settings : state.Current.StartSettings;
        if (wanted is not null) await commands.ChangeSettingsAsync(LiveSettingsPatch.Of(wanted) with { RestartSchedule = true }, cancellation);
    }

    /// <summary>A script that reads after its own command should see the command's effect.</summary>
    private async Task ShownAsync(CancellationToken cancellation)
    {
        try
        {
            await state.WhenAsync(s => s.Keys.IsEmpty && s.Nodes.All(n => n.State == NodeState.Running), ShowPatience, time, cancellation);
        }
        catch (TimeoutException)
        {
            // It was carried out all the same.
        }
    }
}
