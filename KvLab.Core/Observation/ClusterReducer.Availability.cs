using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Figures;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    /// <summary>Much longer than a client's answer and the leader's report of it lie apart.</summary>
    private const int RememberAnswersMs = 10_000;

    /// <summary>A mark has room for so many names.</summary>
    private const int MostNamed = 3;

    private AvailabilitySeries _availability = new();

    // Answers of the last seconds that are counted, whoever told of them first: the client, or the leader's report.
    private readonly HashSet<EntryVersion> _counted = [];
    private readonly Queue<(EntryVersion Version, long AtMs)> _countedInOrder = new();

    private void CountAnswer(NodeRecord leader, EntryVersion version, bool success)
    {
        while (_countedInOrder.TryPeek(out var oldest) && oldest.AtMs < _now.Ms - RememberAnswersMs) _counted.Remove(_countedInOrder.Dequeue().Version);
        if (!_counted.Add(version)) return;
        _countedInOrder.Enqueue((version, _now.Ms));
        _availability.Answered(_now.Ms, success, IsCutOff(leader));
        _changed = true;
    }

    /// <summary>In the role that it has at this moment: the mark stays, whoever leads later.</summary>
    private string NameOf(string node) => NodeWords.Bare(node, _nodes.TryGetValue(node, out var known) ? known.Role == NodeRoles.Leader : node == NodeRoles.Leader);

    private void Mark(string? node, string words) =>
        _availability.Mark(new FaultMark(_now.Seconds, node, node is null ? words : $"{NameOf(node)} {words}"));

    /// <summary>Faults that nodes report themselves; what happens to processes is seen in <see cref="FollowProcess"/>.</summary>
    private void MarkFault(NodeRecord node, NodeEvent e)
    {
        switch (e.Kind)
        {
            // A partition is told as a whole, not link by link.
            case EventKind.LinkChanged when e.Peer is not null && e.Link?.Mode != LinkMode.Swallow && Link(node, e.Peer).Faults.Mode != LinkMode.Swallow:
                Mark(e.Peer, e.Link is null or { IsNone: true } ? "link healed" : "link faulty");
                break;
            case EventKind.NodeFaultsChanged when e.Faults is { } faults && faults.SlowMs != node.Faults.SlowMs:
                Mark(node.Id, faults.SlowMs > 0 ? "slow" : "quick again");
                break;
            case EventKind.LeaderPromoted: Mark(node.Id, "leads"); break;
            case EventKind.LeaderSteppedDown: Mark(node.Id, "stepped down"); break;
            default: break;
        }
    }

    private void Freeze(NodeFroze froze)
    {
        Node(froze.Node).Frozen = froze.Frozen;
        Mark(froze.Node, froze.Frozen ? "frozen" : "thawed");
    }

    private void ChangeSides(SidesChanged sides)
    {
        _otherSide = sides.OtherSide;
        Mark(null, _otherSide.IsEmpty ? "partition healed" : _otherSide.Length > MostNamed ? $"{_otherSide.Length} nodes cut off" : $"cut off: {string.Join(", ", _otherSide.Select(NameOf))}");
    }

    private bool IsCutOff(NodeRecord node) =>
        !_otherSide.IsEmpty && _nodes.Values.FirstOrDefault(n => n.Role == NodeRoles.Leader) is { } leader
        && _otherSide.Contains(node.Id) != _otherSide.Contains(leader.Id);

    private bool CanConfirm(NodeRecord leader, NodeRecord follower) =>
        AvailabilityRule.WhyNot(follower.View().State, IsCutOff(follower), leader.Links.GetValueOrDefault(follower.Id)?.Faults) is null;

    /// <summary>Notes beside this second's answers what stood in their way.</summary>
    private void SampleAvailability()
    {
        if (!_availability.IsBusy(_now.Ms)) return;
        var followers = _nodes.Values.Where(n => n.Role == NodeRoles.Follower).ToArray();
        var leader = _nodes.Values.FirstOrDefault(n => n.Role == NodeRoles.Leader);
        _availability.Stand(
            followers.Length, leader is null ? followers.Length : followers.Count(f => !CanConfirm(leader, f)), _settings?.WriteQuorum ?? 0,
            followers.Where(IsCutOff).Select(f => f.Behind).DefaultIfEmpty().Max());
    }
}
