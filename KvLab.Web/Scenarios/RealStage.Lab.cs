using KvLab.Core.Control;
using KvLab.Core.Failover;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Scenarios;

internal sealed partial class RealStage
{
    private static readonly TimeSpan EmptyPatience = TimeSpan.FromSeconds(10);

    // What BeginAsync found, for EndAsync.
    private LiveSettings? _found;
    private FailoverPolicy? _policy;
    private string? _leader;
    private IDisposable? _listening;

    // A leader that counts from 1 must not be left behind.
    private bool _forgetful;

    public Task BeginAsync(LiveSettingsPatch settings, CancellationToken cancellation) => Guard(async () =>
    {
        if (!commands.Supervises && directory.All.Count == 0) throw new ControlException("No node is known yet. Wait until the nodes have connected.");
        await RepairAsync(cancellation);
        _policy = failover.Policy;
        // The story says who leads when.
        if (_policy.Mode != FailoverMode.Manual) failover.Change(_policy with { Mode = FailoverMode.Manual });
        var leader = directory.Leader ?? throw new ControlException("No leader is known; a scenario needs one that runs.");
        _leader = leader.Id;
        _found = await client.GetConfigAsync(leader, cancellation);
        await commands.ResetAsync(cancellation);
        // Events of what went on before have arrived when those of the reset have.
        await UntilAsync(() => state.Current.Keys.IsEmpty, cancellation);
        _listening = tap.Listen(Hear);
        await ChangeSettingsAsync(settings, cancellation);
    });

    /// <summary>What one part of it fails to put back does not keep the others from it.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        _listening?.Dispose();
        var left = new List<string>();
        await TryAsync(() => RepairAsync(cancellation));
        if (_leader is not null) await TryAsync(() => LeadAgainAsync(cancellation));
        if (_found is not null) await TryAsync(() => commands.ChangeSettingsAsync(LiveSettingsPatch.Of(_found), cancellation));
        if (_policy is not null && failover.Policy != _policy) failover.Change(_policy);
        if (left.Count > 0) throw new ControlException(string.Join(" ", left));

        async Task TryAsync(Func<Task> part)
        {
            try
            {
                await Guard(part);
            }
            catch (ControlException failure)
            {
                left.Add(failure.Message);
            }
        }
    }

    private async Task LeadAgainAsync(CancellationToken cancellation)
    {
        if (_forgetful && directory.Leader is { } forgetful)
        {
            await commands.KillNodeAsync(forgetful.Id, cancellation);
            await commands.StartNodeAsync(forgetful.Id, cancellation);
            await ReadyAsync(forgetful.Id, cancellation);
        }

        if (directory.Leader?.Id != _leader) await failover.FailOverAsync(_leader, force: true, cancellation: cancellation);
    }

    /// <summary>Every node runs, thawed, without faults, and no link has any.</summary>
    private async Task RepairAsync(CancellationToken cancellation)
    {
        var snapshot = state.Current;
        foreach (var node in snapshot.Nodes)
        {
            var now = StateOf(node.Id, snapshot);
            if (now == NodeState.Frozen) await MendAsync(() => commands.ThawNodeAsync(node.Id, cancellation));
            if (now?.IsDown() == true && commands.Supervises) await MendAsync(() => commands.StartNodeAsync(node.Id, cancellation));
        }

        // Before they are waited for: a leader that starts behind a partition waits for the other side.
        foreach (var node in directory.All) await WhenAsync(node.Id, health => health.Ready || health.Waiting is not null, cancellation);
        if (directory.Leader is not null) await commands.HealAsync(null, cancellation);
        foreach (var node in directory.All) await ReadyAsync(node.Id, cancellation);
        foreach (var node in _done.Keys) _done[node] = NodeState.Running;
        foreach (var node in state.Current.Nodes.Where(n => n.SlowMs > 0 || n.ClockSkewMs != 0)) await commands.SetNodeFaultsAsync(node.Id, NodeFaults.None, cancellation);
    }

    /// <summary>The picture is a tenth of a second behind: whoever had the cluster before may have mended it already. That every node is ready is seen afterwards.</summary>
    private static async Task MendAsync(Func<Task> command)
    {
        try
        {
            await command();
        }
        catch (CommandException done) when (done.Status == StatusCodes.Status409Conflict)
        {
        }
    }

    private async Task UntilAsync(Func<bool> condition, CancellationToken cancellation)
    {
        using var deadline = new AwakeDeadline(EmptyPatience, time);
        while (!condition())
        {
            if (deadline.IsOver) throw new ControlException("The lab was emptied, but the nodes' events about it did not arrive.");
            await Task.Delay(Look, time, cancellation);
        }
    }
}
