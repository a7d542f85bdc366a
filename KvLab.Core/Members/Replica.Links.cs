using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Network;
using KvLab.Core.Replication;

namespace KvLab.Core.Members;

public sealed partial class Replica
{
    // What was set last, for every reign of this node: a broken network is not mended by a change of roles.
    private volatile ImmutableDictionary<string, LinkFaults> _links = ImmutableDictionary<string, LinkFaults>.Empty;

    /// <summary>The leader's links; of a follower, what its links will have when it leads.</summary>
    public ImmutableArray<LinkReport> Links => _role.Leader?.Links ?? [.. _links.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => new LinkReport(l.Key, l.Value, LinkCounts.None))];

    /// <summary>Sets or heals the faults of some links from this node: all of them, or none where anything is wrong. On a follower they wait until it leads.</summary>
    /// <returns>What is wrong; empty when the change has taken effect.</returns>
    public IReadOnlyList<FieldError> SetLinks(IReadOnlyList<KeyValuePair<string, LinkFaults>> links)
    {
        IReadOnlyList<FieldError> errors = _role.Leader?.SetLinks(links) ?? [.. links.SelectMany(l => l.Value.Validate())];
        // What is to be dropped once is not dropped again in a later reign.
        if (errors.Count == 0) _links = _links.SetItems(links.Select(l => KeyValuePair.Create(l.Key, WithoutDrops(l.Value))));
        return errors;
    }

    private static LinkFaults WithoutDrops(LinkFaults faults) => faults with
    {
        Request = faults.Request with { DropNext = 0 },
        Answer = faults.Answer with { DropNext = 0 },
    };

    /// <summary>Before it asks its first question: a candidate behind a partition cannot reach the other side either.</summary>
    private void BreakLinksOf(Leader leader)
    {
        var links = _links;
        leader.SetLinks([.. leader.Followers.Where(f => links.ContainsKey(f.Id)).Select(f => KeyValuePair.Create(f.Id, links[f.Id]))]);
    }
}
