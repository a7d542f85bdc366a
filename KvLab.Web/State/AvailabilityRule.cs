using System.Collections.Immutable;

namespace KvLab.Web.State;

public enum AvailabilityVerdict
{
    /// <summary>Every write can succeed.</summary>
    Success,
    /// <summary>Writes are stored on the leader, but W confirmations cannot be had.</summary>
    Partial,
    /// <summary>No leader takes writes.</summary>
    Unreachable,
}

/// <param name="Why">Why it cannot confirm: <c>killed</c>.</param>
public sealed record UnavailableNode(string Node, string Why);

/// <summary>
/// The quorum's rule against the cluster as it stands: with W of N, writes succeed for as long as no more than N − W followers are
/// unable to confirm, and the leader answers.
/// </summary>
/// <param name="Tolerated">N − W: followers that may fail.</param>
/// <param name="Unavailable">Followers that cannot confirm now, and why.</param>
/// <param name="Sentence">The rule, how much of it is used up, and what follows.</param>
public sealed record AvailabilityRule(
    int Followers, int Required, int Tolerated, ImmutableArray<UnavailableNode> Unavailable, AvailabilityVerdict Verdict, string Sentence)
{
    public static AvailabilityRule Of(ClusterSnapshot snapshot)
    {
        var followers = snapshot.Followers.ToArray();
        var required = snapshot.Settings?.WriteQuorum ?? 0;
        var counted = snapshot.Settings?.QuorumCountsLeader == true;
        var tolerated = followers.Length - (snapshot.Settings?.FollowerAcks() ?? 0);
        ImmutableArray<UnavailableNode> unavailable = [.. followers.Select(f => (f.Id, Why: WhyNot(f))).Where(f => f.Why is not null).Select(f => new UnavailableNode(f.Id, f.Why!))];
        var leader = snapshot.Leader is { } node ? WhyNot(node) : "not known";
        var verdict = leader is not null ? AvailabilityVerdict.Unreachable : unavailable.Length > tolerated ? AvailabilityVerdict.Partial : AvailabilityVerdict.Success;
        return new AvailabilityRule(followers.Length, required, tolerated, unavailable, verdict, Words(counted ? $"W = {required} of {followers.Length + 1} (leader counted)" : $"W = {required} of {followers.Length}", tolerated, unavailable.Length, leader));
    }

    public static bool CanConfirm(NodeView node) => WhyNot(node) is null;

    /// <summary>Null for a node that can answer.</summary>
    public static string? WhyNot(NodeView node) => node.State switch
    {
        NodeState.Running or NodeState.Disconnected => null,
        var state => state.ToString().ToLowerInvariant(),
    };

    private static string Words(string quorum, int tolerated, int unavailable, string? leader)
    {
        var rule = $"{quorum} tolerates {Explain.Count(tolerated, "failed follower")}";
        if (leader is not null) return $"{rule}, but the leader is {leader}: nobody takes writes.";
        var left = tolerated - unavailable;
        return left switch
        {
            < 0 => $"{rule}; {unavailable} cannot confirm, so every write is partial: stored on the leader, not confirmed as promised.",
            0 when unavailable == 0 => $"{rule}: writes succeed, and the first follower that fails makes them partial.",
            0 => $"{rule}, and {unavailable} cannot confirm: writes still succeed, the next failure makes them partial.",
            _ => unavailable == 0 ? $"{rule}: writes succeed." : $"{rule}; {unavailable} cannot confirm, {left} more may fail: writes succeed.",
        };
    }
}
