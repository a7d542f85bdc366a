using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private static readonly string Refused = EnumNames.NameOf(LossReason.Refused);
    private static readonly string Dropped = EnumNames.NameOf(LossReason.Dropped);

    private static readonly LinkRecord Untouched = new();

    private ImmutableArray<string> _otherSide = [];

    private static void ChangeLink(NodeRecord leader, NodeEvent e)
    {
        if (e.Peer is not null) Link(leader, e.Peer).Faults = e.Link ?? LinkFaults.None;
    }

    private static LinkRecord Link(NodeRecord leader, string follower)
    {
        if (!leader.Links.TryGetValue(follower, out var link)) leader.Links.Add(follower, link = new LinkRecord());
        return link;
    }

    private static void LoseMessage(NodeRecord leader, NodeEvent e)
    {
        if (e.Peer is null) return;
        var link = Link(leader, e.Peer);
        var applied = e.Outcome == DeliveryOutcome.Applied;
        if (e.Reason == Refused) link.Refused++;
        else if (applied) link.AnswersLost++;
        else link.RequestsLost++;
        if (e.Reason != Dropped) return;
        link.Faults = applied
            ? link.Faults with { Answer = OneLess(link.Faults.Answer) }
            : link.Faults with { Request = OneLess(link.Faults.Request) };
    }

    private static DirectionFaults OneLess(DirectionFaults faults) => faults with { DropNext = Math.Max(0, faults.DropNext - 1) };

    /// <summary>Its faults were those of a process that is no more.</summary>
    private static void ForgetFaults(NodeRecord node)
    {
        node.Frozen = false;
        node.Faults = NodeFaults.None;
        node.Links.Clear();
    }

    private static void SeedFaults(NodeRecord node, NodeSeeded seeded)
    {
        if (node.Faults.IsNone) node.Faults = seeded.Faults;
        foreach (var link in seeded.Links)
        {
            // Events that came while the question was under way know better.
            if (node.Links.ContainsKey(link.Follower)) continue;
            node.Links.Add(link.Follower, new LinkRecord
            {
                Faults = link.Faults,
                RequestsLost = link.Counts.Request.Lost,
                AnswersLost = link.Counts.Answer.Lost,
                Refused = link.Counts.Request.Refused,
            });
        }
    }

    private ImmutableArray<LinkView> ViewLinks()
    {
        if (_nodes.Values.FirstOrDefault(n => n.Role == NodeRoles.Leader) is not { } leader) return [];
        return
        [
            .. _nodes.Values.Where(n => n.Role == NodeRoles.Follower).OrderBy(n => n.Id, NaturalOrder.Instance)
                .Select(n => leader.Links.GetValueOrDefault(n.Id, Untouched).View(n.Id)),
        ];
    }
}
