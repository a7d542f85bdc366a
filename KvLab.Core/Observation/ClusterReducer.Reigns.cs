using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private readonly Queue<RolledBackView> _rolledBack = new();
    private ImmutableArray<RolledBackView> _rolledBackView = [];
    private readonly Queue<SyncView> _syncs = new();
    private ImmutableArray<SyncView> _syncView = [];
    private long _reign;
    private long _epochSeen;
    private bool _manyEpochs;
    private long _rolledBackCount;

    /// <summary>The lists that showed older epochs are empty.</summary>
    private void ForgetEpochs() => (_epochSeen, _manyEpochs) = (_reign, false);

    /// <summary>Once a second epoch was told of, versions are shown with theirs, until the lists that show the older ones are emptied.</summary>
    private void SeeEpoch(long epoch)
    {
        if (epoch <= 0 || epoch == _epochSeen) return;
        if (_epochSeen != 0) _manyEpochs = true;
        _epochSeen = epoch;
    }

    /// <summary>A leader began its reign; what an older one says afterwards makes nobody a leader.</summary>
    private void BeginReign(NodeRecord node, NodeEvent e)
    {
        if (e.Epoch < _reign) return;
        _reign = e.Epoch;
        if (e.Settings is not null) Learn(e.Settings);
        EndWaiting(node);
        foreach (var other in _nodes.Values)
            if (other != node) other.Role = NodeRoles.Follower;
        node.Role = NodeRoles.Leader;
        // What it took over from others it did not report entry by entry; the seeder asks for it.
        node.Cleared = false;
        foreach (var row in _rows.Values) LookAtLeader(row, node);
    }

    private void StepDown(NodeRecord node)
    {
        EndWaiting(node);
        // Until the new leader's own report has come it is nobody's follower that could be compared, but no leader either.
        if (node.Role == NodeRoles.Leader && _nodes.Count > 1) node.Role = NodeRoles.Follower;
    }

    /// <summary>Every other replica is compared with what the new leader holds.</summary>
    private void LookAtLeader(KeyRecord row, NodeRecord leader)
    {
        var cell = row.Cells[leader.Id];
        (row.Leader, row.LeaderValue) = (cell.Version, cell.Value);
        foreach (var other in _nodes.Values) Compare(row, other);
        Touch(row);
    }

    private void ForgetRolledBack()
    {
        _rolledBack.Clear();
        _syncs.Clear();
        (_rolledBackCount, _rolledBackView, _syncView) = (0, [], []);
    }

    private void NoteSync(NodeRecord leader, NodeEvent e, bool rejoined)
    {
        _syncs.Enqueue(new SyncView(leader.Id, e.Peer ?? "", rejoined, e.Acks ?? 0, e.BytesSent ?? 0, e.BytesCompared ?? 0, e.ElapsedMs ?? 0, e.At));
        if (_syncs.Count > StateLimits.Syncs) _syncs.Dequeue();
        _syncView = [.. _syncs.Reverse()];
    }

    private void RollBackEntry(NodeRecord node, NodeEvent e)
    {
        _rolledBackCount++;
        _rolledBack.Enqueue(new RolledBackView(node.Id, e.Key!, e.EntryVersion, e.Value, e.Held, e.At) { Promised = _ledger.Knows(e.EntryVersion) });
        if (_rolledBack.Count > StateLimits.RolledBack) _rolledBack.Dequeue();
        _rolledBackView = [.. _rolledBack.Reverse()];
        HoldInstead(node, e);
    }

    /// <summary>The node holds what the event says, or nothing, where it held the event's version until now.</summary>
    private void HoldInstead(NodeRecord node, NodeEvent e)
    {
        if (Row(e.Key!) is not { } row || row.Cells[node.Id].Version != e.EntryVersion) return;
        Store(row, node, e.Held, e.Held.IsNone ? null : row.Leader == e.Held ? row.LeaderValue : row.Cells[node.Id].Value);
    }
}
