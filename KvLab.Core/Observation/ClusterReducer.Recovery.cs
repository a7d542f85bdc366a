using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private WaitingView? _waiting;
    private int? _smallestQuorum;

    private void NoteQuorum(LiveSettings settings)
    {
        var acks = settings.FollowerAcks();
        _smallestQuorum = Math.Min(_smallestQuorum ?? acks, acks);
    }

    /// <summary>A success from before is on every node now, so what it needed then counts no more.</summary>
    private void RaiseSmallestQuorum()
    {
        if (_settings is null || _entriesNotShown > 0 || _inFlight > 0 || _pendingDeliveries > 0) return;
        var keys = LeaderKeys;
        if (_nodes.Values.Any(n => n.State != NodeState.Running || n.StandsStill || n.Behind > 0 || (n.Role == NodeRoles.Follower && n.Keys != keys))) return;
        _smallestQuorum = _settings.FollowerAcks();
    }

    private int LeaderKeys => _nodes.Values.FirstOrDefault(n => n.Role == NodeRoles.Leader)?.Keys ?? -1;

    private void BeginWaiting(NodeRecord node, NodeEvent e) =>
        _waiting = new WaitingView(node.Id, e.Peers is { } silent ? [.. silent] : [], e.Acks ?? 0, e.Required ?? 0, e.Detail ?? $"{node.Id} waits for other nodes.");

    private void EndWaiting(NodeRecord node)
    {
        if (_waiting?.Node == node.Id) _waiting = null;
    }
}
