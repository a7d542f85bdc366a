using System.Collections.Immutable;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>Copies that exist but that nobody can reach now: their nodes are cut off, frozen or stopped. They count, because they come back.</summary>
/// <param name="Unreachable">Nodes that cannot be reached as of a snapshot, and why.</param>
public sealed record Reach(ImmutableArray<UnavailableNode> Unreachable)
{
    public static readonly Reach All = new([]);

    public static Reach Of(ClusterSnapshot snapshot) =>
        new([.. snapshot.Nodes.Where(MayHold).Select(n => (n.Id, Why: AvailabilityRule.WhyNot(n, snapshot))).Where(n => n.Why is not null).Select(n => new UnavailableNode(n.Id, n.Why!))]);

    /// <summary>Those of the holders that cannot be reached.</summary>
    public ImmutableArray<UnavailableNode> Of(IEnumerable<string> holders) => [.. Unreachable.Where(u => holders.Contains(u.Node))];

    /// <summary>What was in the memory of a process that ended is gone, not out of reach.</summary>
    private static bool MayHold(NodeView node) => node.Storage != NodeView.InMemory || node.State is NodeState.Running or NodeState.Disconnected or NodeState.Frozen;

    public bool Equals(Reach? other) => other is not null && Unreachable.AsSpan().SequenceEqual(other.Unreachable.AsSpan());

    public override int GetHashCode() => Unreachable.Length;
}
