using System.Collections.Immutable;
using KvLab.Core.Network;

namespace KvLab.Core.Control;

/// <summary>
/// Which faults the links are to have, whoever leads: those set by hand belong to the pair of leader and follower; a partition is about sides, not links,
/// so that it separates the same nodes when another one of them leads. Immutable.
/// </summary>
public sealed record FaultPlan(ImmutableDictionary<(string Leader, string Follower), LinkFaults> ByHand, ImmutableSortedSet<string> OtherSide)
{
    public static readonly FaultPlan Empty = new(ImmutableDictionary<(string, string), LinkFaults>.Empty, ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal));

    /// <summary>What a leader's link to a follower is to have.</summary>
    public LinkFaults Of(string leader, string follower) => OtherSide.Contains(leader) != OtherSide.Contains(follower)
        ? LinkFaults.Partition
        : ByHand.GetValueOrDefault((leader, follower), LinkFaults.None);

    /// <summary>The latest word about a link counts: its follower comes to the leader's side.</summary>
    public FaultPlan With(string leader, string follower, LinkFaults faults) => this with
    {
        ByHand = faults.IsNone ? ByHand.Remove((leader, follower)) : ByHand.SetItem((leader, follower), faults),
        OtherSide = OtherSide.Contains(leader) ? OtherSide.Add(follower) : OtherSide.Remove(follower),
    };

    public FaultPlan Without(string node) => new(
        ByHand.RemoveRange(ByHand.Keys.Where(pair => pair.Leader == node || pair.Follower == node)), OtherSide.Remove(node));

    /// <summary>Those are on the other side from now on, and no one else; a link that was set to swallow by hand is open again.</summary>
    public FaultPlan Split(IEnumerable<string> otherSide) => new(
        ByHand.RemoveRange(ByHand.Where(f => f.Value.Mode == LinkMode.Swallow).Select(f => f.Key)), Empty.OtherSide.Union(otherSide));
}
