using System.Collections.Concurrent;
using System.Diagnostics;
using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Scenarios;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Web.Commands;
using KvLab.Web.Failover;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Reads;
using KvLab.Web.Timing;

namespace KvLab.Web.Scenarios;

/// <summary>
/// The real nodes as a stage: everything goes through the same commands as a button or a script. <c>RealStage.Lab.cs</c> prepares the lab and puts it back. For one run.
/// </summary>
internal sealed partial class RealStage(
    IClusterCommands commands, IFailover failover, NodeDirectory directory, NodeClient client, IClusterState state, EventTap tap, IReads reads,
    ExclusiveLease lease, TimeProvider time) : IClusterControl
{
    /// <summary>How much longer than the leader's deadline a client waits: the way there and back on a busy machine.</summary>
    private static readonly TimeSpan ClientSlack = TimeSpan.FromSeconds(2);

    /// <summary>Until a node that was started takes requests.</summary>
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<(EventKind Kind, string Node), long> _counts = new();

    // What this run last did to a node. The snapshot is a tenth of a second behind, so it counts only for a node that the run has left alone.
    private readonly ConcurrentDictionary<string, NodeState> _done = new(StringComparer.Ordinal);

    // Leaders that were started and wait for other nodes, known from themselves before the snapshot shows it; until they say that they are ready.
    private readonly ConcurrentDictionary<string, bool> _waits = new(StringComparer.Ordinal);
    private int _deadlineMs = ScenarioRunner.Beginning.ReplicationTimeoutMs;

    public string Name => "real nodes";

    public TimeProvider Time => time;

    public IReadOnlyList<string> Disturbances => lease.Mine?.Disturbances ?? [];

    public IReadOnlyList<ClusterNode> Nodes
    {
        get
        {
            var snapshot = state.Current;
            return [.. directory.All.Select(n => (Node: n, Up: StateOf(n.Id, snapshot)?.IsDown() != true)).Select(n => new ClusterNode(n.Node.Id,
                n.Node.Role == NodeRoles.Leader && n.Up && snapshot.Waiting?.Node != n.Node.Id && !_waits.ContainsKey(n.Node.Id), n.Up))];
        }
    }

    public Task ChangeSettingsAsync(LiveSettingsPatch patch, CancellationToken cancellation) => Guard(async () =>
    {
        var settings = await commands.ChangeSettingsAsync(patch, cancellation);
        _deadlineMs = settings.ReplicationTimeoutMs;
    });

    public async Task<WriteSeen> WriteAsync(string key, string value, IReadOnlyDictionary<string, double>? delaysMs, CancellationToken cancellation)
    {
        var sent = Stopwatch.GetTimestamp();
        try
        {
            if (directory.Leader is not { } leader) return Unanswered("there is no leader");
            var patience = TimeSpan.FromMilliseconds(_deadlineMs) + ClientSlack;
            var answer = await client.WriteAsync(leader, new WriteRequest(key, JsonText.Of(value), delaysMs), patience, cancellation);
            return new WriteSeen(answer.Status, new EntryVersion(answer.Epoch, answer.Version), answer.Acks, answer.Required, Stopwatch.GetElapsedTime(sent), null);
        }
        catch (CommandException failure)
        {
            return Unanswered(failure.Message);
        }

        WriteSeen Unanswered(string problem) => new(null, EntryVersion.None, 0, 0, Stopwatch.GetElapsedTime(sent), problem);
    }

    public async Task<ReadSeen> ReadAsync(string key, string? node, int r, CancellationToken cancellation)
    {
        ReadRow? row = null;
        await Guard(async () => row = await reads.ReadAsync(new ReadRequest(key, node, node is null ? r : null, "story"), cancellation));
        return row!.Node is null
            ? new ReadSeen(null, EntryVersion.None, null, row.Why)
            : new ReadSeen(row.Node, new EntryVersion(row.Epoch, row.Version), row.Value?.ToString().Trim('"'), null);
    }

    public Task ActAsync(NodeAct act, string node, double amountMs, CancellationToken cancellation) => Guard(async () =>
    {
        switch (act)
        {
            // Not cancelled half way: what was done must be known, so that it is put back.
            case NodeAct.Kill:
                await MakeAsync(node, NodeState.Stopped, () => commands.KillNodeAsync(node, CancellationToken.None));
                break;
            case NodeAct.Stop:
                await MakeAsync(node, NodeState.Stopped, () => commands.StopNodeAsync(node, CancellationToken.None));
                break;
            case NodeAct.Freeze:
                await MakeAsync(node, NodeState.Frozen, () => commands.FreezeNodeAsync(node, CancellationToken.None));
                break;
            case NodeAct.Thaw:
                await commands.ThawNodeAsync(node, cancellation);
                _done[node] = NodeState.Running;
                break;
            default:
                var now = state.Current.Nodes.FirstOrDefault(n => n.Id == node);
                await commands.SetNodeFaultsAsync(node, new NodeFaults
                {
                    SlowMs = act == NodeAct.Slow ? amountMs : now?.SlowMs ?? 0,
                    ClockSkewMs = act == NodeAct.Skew ? (long)amountMs : now?.ClockSkewMs ?? 0,
                }, cancellation);
                break;
        }
    });

    public Task StartAsync(string node, bool recovers, CancellationToken cancellation) => Guard(async () =>
    {
        // As a kill: not cancelled half way, or the node would be started a second time when the lab is put back.
        if (recovers)
        {
            await commands.StartNodeAsync(node, CancellationToken.None);
        }
        else
        {
            _forgetful = true;
            await commands.StartForgetfulAsync(node, CancellationToken.None);
        }

        _done[node] = NodeState.Running;
        await StartedAsync(node, cancellation);
    });

    public Task SetLinkAsync(string follower, LinkFaults faults, CancellationToken cancellation) => Guard(() => commands.SetLinkAsync(follower, faults, cancellation));

    public Task PartitionAsync(IReadOnlyList<string> otherSide, CancellationToken cancellation) => Guard(() => commands.PartitionAsync(otherSide, cancellation));

    public Task HealAsync(string? follower, CancellationToken cancellation) => Guard(() => commands.HealAsync(follower, cancellation));

    public async Task<string> FailOverAsync(string? to, CancellationToken cancellation)
    {
        FailoverReport? report = null;
        await Guard(async () => report = await failover.FailOverAsync(to, force: true, cancellation: cancellation));
        return $"{report!.To} leads in epoch {report.Epoch}. {report.Note}";
    }

    public async Task<bool> IsQuietAsync(CancellationToken cancellation)
    {
        if (directory.Leader is not { } leader || IsSilent(leader.Id)) return false;
        return await client.TryHealthAsync(leader, cancellation) is { Ready: true, IsQuiescent: true };
    }

    public async Task<ReplicaDump> DumpAsync(string node, CancellationToken cancellation)
    {
        var address = directory.Find(node) ?? throw new ControlException(NodeClient.UnknownNode(node, directory).Message);
        return IsSilent(node) ? new ReplicaDump(node, null) : await client.TryDumpAsync(address, cancellation);
    }

    public long CountOf(EventKind kind, string? node) =>
        node is null ? _counts.Where(c => c.Key.Kind == kind).Sum(c => c.Value) : _counts.GetValueOrDefault((kind, node));

    private NodeState? StateOf(string node, ClusterSnapshot snapshot) =>
        _done.TryGetValue(node, out var done) ? done : snapshot.Nodes.FirstOrDefault(n => n.Id == node)?.State;

    // Silenced by this run: it is not asked, for it would not answer.
    private bool IsSilent(string node) => _done.TryGetValue(node, out var done) && done != NodeState.Running;

    // Noted before it is done, for a command that is cancelled may have been carried out; one that was refused was not.
    private async Task MakeAsync(string node, NodeState becomes, Func<Task> command)
    {
        var wasTouched = _done.TryGetValue(node, out var before);
        _done[node] = becomes;
        try
        {
            await command();
        }
        catch (CommandException)
        {
            if (wasTouched) _done[node] = before;
            else _done.TryRemove(node, out _);
            throw;
        }
    }

    private Task ReadyAsync(string node, CancellationToken cancellation) => WhenAsync(node, health => health.Ready, cancellation);

    /// <summary>A leader that waits for other nodes has started: a story goes on and shows it.</summary>
    private Task StartedAsync(string node, CancellationToken cancellation) => WhenAsync(node, health =>
    {
        if (health.Waiting is not null) _waits[node] = true;
        return health.Ready || health.Waiting is not null;
    }, cancellation);

    // Called by the ingest reader.
    private void Hear(NodeEvent e)
    {
        _counts.AddOrUpdate((e.Kind, e.Node), 1, (_, n) => n + 1);
        if (e.Kind == EventKind.LeaderWaiting) _waits[e.Node] = true;
        else if (e.Kind is EventKind.NodeReady or EventKind.LeaderPromoted or EventKind.LeaderSteppedDown) _waits.TryRemove(e.Node, out _);
    }

    private async Task WhenAsync(string node, Func<NodeHealth, bool> condition, CancellationToken cancellation)
    {
        using var deadline = new AwakeDeadline(StartPatience, time);
        while (!(directory.Find(node) is { } address && await client.TryHealthAsync(address, cancellation) is { } health && condition(health)))
        {
            if (deadline.IsOver) throw new ControlException($"{node} was started, but takes no requests after {StartPatience.TotalSeconds:0} s.");
            await Task.Delay(Look, time, cancellation);
        }
    }

    private static async Task Guard(Func<Task> command)
    {
        try
        {
            await command();
        }
        catch (CommandException failure)
        {
            throw new ControlException(failure.Message, failure);
        }
    }
}
