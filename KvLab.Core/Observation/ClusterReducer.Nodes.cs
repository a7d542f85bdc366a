using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    // In the order in which they were heard of first, also after others have gone.
    private readonly OrderedDictionary<string, NodeRecord> _nodes = new(StringComparer.Ordinal);
    private SequenceLedger _dashboardLedger = new();
    private ObserverBegan? _began;

    private NodeRecord Node(string id)
    {
        if (_nodes.TryGetValue(id, out var node)) return node;
        node = new NodeRecord(id);
        _nodes.Add(id, node);
        AddCells(node);
        return node;
    }

    private void Expect(NodeExpected expected)
    {
        var node = Node(expected.Node);
        if (_reign == 0) SetRole(node, expected.Role);
        node.Url = expected.Url;
        node.AddressNotice = expected.Notice;
    }

    private void SetRole(NodeRecord node, string role)
    {
        if (node.Role == role) return;
        node.Role = role;
        CompareAll(node);
    }

    private void ChangeProcess(ProcessChanged change)
    {
        var node = Node(change.Node);
        // It was so quick that it introduced itself first.
        if (change.State == NodeState.Starting && node.State is NodeState.Running or NodeState.Starting && node.ProcessId == change.ProcessId) return;
        FollowProcess(node, change.State);
        EndWaiting(node);
        node.State = change.State;
        node.ProcessId = change.ProcessId;
        node.ProcessNotice = change.Notice;
        node.Stopping = false;
        if (change.State.IsDown()) EndOpenWrites(node);
        ForgetFaults(node);
    }

    private void Introduce(NodeHello hello)
    {
        var node = Node(hello.Node);
        // Once a reign is known, reports of reigns say who leads; a process says only how it was started.
        if (_reign == 0) SetRole(node, hello.Role);
        if (node.Ledger.Introduce(hello))
        {
            // A new process has an empty memory and an unfinished write of its predecessor has nobody who would finish it.
            EndOpenWrites(node);
            EmptyCells(node);
            node.Cleared = node.ToldAll = false;
            // A process that was stopped by a signal right after it had sent this stands still all the same.
            var standsStill = node.Frozen && node.ProcessId is not null && node.ProcessId == hello.ProcessId;
            ForgetFaults(node);
            node.Frozen = standsStill;
            node.Storage = hello.Storage ?? NodeView.InMemory;
            node.StorageProblem = null;
            node.StoragePersistence = hello.Persistence;
            NoteClock(node, hello);
            BeginLife(node, hello.StorageIsNew);
        }
        // It was asked who leads, or learnt of a newer epoch, while nobody was there to be told.
        if (_reign > 0 && hello.Role == NodeRoles.Follower) StepDown(node);
        node.Url = hello.Url;
        node.ProcessId = hello.ProcessId;
        // Whom a leader waits for is said by itself, and it is not on its way.
        node.State = hello.IsStarting && _waiting?.Node != node.Id ? NodeState.Starting : NodeState.Running;
        node.ProcessNotice = null;
        node.Stopping = false;
        node.LastSeen = _now.Utc;
    }

    /// <summary>It takes all requests, or says for whom it waits before it does.</summary>
    private static void Run(NodeRecord node)
    {
        if (node.State == NodeState.Starting) node.State = NodeState.Running;
    }

    /// <summary>Processes of one boot share one clock; of another's nothing is known until it has been asked.</summary>
    private void NoteClock(NodeRecord node, NodeHello hello)
    {
        node.OriginNs = hello.OriginNs;
        node.Clock = _began is { BootId: { } boot } began && hello.BootId == boot ? new NodeClock(hello.OriginNs - began.OriginNs, 0) : null;
    }

    private void CompareClock(ClockCompared compared)
    {
        if (_began is not { } began || !_nodes.TryGetValue(compared.Node, out var node) || node.Ledger.Incarnation != compared.Incarnation) return;
        // The best of several answers: what is known to be wrong by less is never given up for what may be wrong by more.
        if (node.Clock is { } known && known.ErrorNs <= compared.ErrorNs) return;
        node.Clock = new NodeClock(node.OriginNs + compared.OffsetNs - began.OriginNs, compared.ErrorNs);
    }

    private const string Unheard = "Its telemetry connection is down; it may still replicate.";

    private void Disconnect(NodeDisconnected disconnected)
    {
        if (!_nodes.TryGetValue(disconnected.Node, out var node) || node.Ledger.Incarnation != disconnected.Incarnation) return;
        if (node.State == NodeState.Running)
        {
            node.State = node.Stopping ? NodeState.Stopped : NodeState.Disconnected;
            node.ProcessNotice = node.Stopping ? "It shut down." : Unheard;
        }
        else if (node.State == NodeState.Starting)
        {
            node.ProcessNotice = Unheard;
        }
        node.ToldAll = true;
        // Its last events may have come after its process was seen to end.
        if (node.State.IsDown()) EndOpenWrites(node);
    }

    private void RemoveNode(string id)
    {
        if (!_nodes.Remove(id)) return;
        _ledger.Removed(id, _now.Utc);
        _durabilityTouched = true;
        foreach (var row in _rows.Values)
        {
            if (row.Cells.Remove(id)) Touch(row);
        }
    }

    private void Seed(NodeSeeded seeded)
    {
        if (!_nodes.TryGetValue(seeded.Node, out var node) || node.Ledger.Incarnation != seeded.Incarnation) return;
        if (node.Role == NodeRoles.Leader && _settings is null && seeded.Settings is { } settings) Learn(settings);
        SeedFaults(node, seeded);
        // The dump may be from before the reset, and would bring back what is gone.
        if (node.Cleared) return;
        _durabilityTouched = true;
        foreach (var entry in seeded.Entries)
        {
            SeeEpoch(entry.Version.Epoch);
            _ledger.Holds(node.Id, entry.Key, entry.Version);
            // Events that came while the dump was under way know better.
            if (Row(entry.Key) is { } row && row.Cells[node.Id].Version < entry.Version)
                Store(row, node, entry.Version, entry.Value.Preview());
        }
    }

    /// <summary>A lab reset of this node; the leader's is that of the cluster.</summary>
    private void ClearNode(NodeRecord node)
    {
        EmptyCells(node);
        node.Cleared = true;
        node.ForgetCounts();
        if (node.Role != NodeRoles.Leader) return;
        ForgetCluster(_position);
        // No acknowledged write is left that anybody would have to be asked for.
        _smallestQuorum = _settings?.FollowerAcks();
    }

    /// <summary>What was counted and listed of the cluster as it was ends with it.</summary>
    /// <param name="position">The first event of the new one, in the log.</param>
    private void ForgetCluster(long position)
    {
        ForgetWrites();
        _traffic.Clear();
        _spans.ForgetOver();
        ForgetRolledBack();
        foreach (var node in _nodes.Values) node.ForgetCounts();
        _events.ForgetBefore(position);
        ForgetEpochs();
        _since = _now.Utc;
    }

    private void Renew()
    {
        foreach (var node in _nodes.Values) EmptyCells(node);
        // Reigns are counted anew, and until one has begun a process says how it was started.
        _reign = 0;
        (_waiting, _smallestQuorum) = (null, null);
        ForgetCluster(_events.Total);
        ForgetPromises();
        _ledger.Clear();
        _durabilityTouched = true;
    }

    private ImmutableArray<NodeView> ViewNodes() =>
        [.. _nodes.Values.Select(n => n.View()).OrderBy(n => n.Role != NodeRoles.Leader).ThenBy(n => n.Id, NaturalOrder.Instance)];

    private ImmutableArray<TelemetryCounters> ViewTelemetry() =>
    [
        .. _nodes.Values.OrderBy(n => n.Role != NodeRoles.Leader).ThenBy(n => n.Id, NaturalOrder.Instance).Select(n => Counters(n.Id, n.Ledger)),
        Counters(NodeNames.Dashboard, _dashboardLedger),
    ];

    private static TelemetryCounters Counters(string id, SequenceLedger ledger) =>
        new(id, ledger.Received, ledger.Doubles, ledger.Gaps, ledger.Dropped);
}
