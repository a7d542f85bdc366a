using System.Collections.Immutable;
using KvLab.Core.Network;

namespace KvLab.Core.Observation.Snapshots;

public enum AvailabilityVerdict
{
    /// <summary>Every write can succeed.</summary>
    Success,
    /// <summary>Writes are stored on the leader, but W confirmations cannot be had.</summary>
    Partial,
    /// <summary>No leader accepts writes.</summary>
    Unreachable,
}

/// <param name="Why">Why it cannot acknowledge: <c>killed</c>.</param>
public sealed record UnavailableNode(string Node, string Why);

/// <summary>
/// The quorum's rule against the cluster as it stands: with W of N, writes succeed for as long as no more than N − W followers are
/// unable to confirm, and the leader answers.
/// </summary>
/// <param name="Tolerated">N − W: followers that may fail.</param>
/// <param name="Unavailable">Followers that cannot acknowledge now, and why.</param>
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
        ImmutableArray<UnavailableNode> unavailable = [.. followers.Select(f => (f.Id, Why: WhyNot(f, snapshot))).Where(f => f.Why is not null).Select(f => new UnavailableNode(f.Id, f.Why!))];
        var leader = snapshot.Leader is not { } node ? snapshot.NobodyLeads ? "there is no leader" : "the leader is not known"
            : WhyNot(node, snapshot) is { } why ? $"the leader is {why}"
            : snapshot.Waiting?.Node == node.Id ? $"the leader waits for {string.Join(", ", snapshot.Waiting.For)}" : null;
        var verdict = leader is not null ? AvailabilityVerdict.Unreachable : unavailable.Length > tolerated ? AvailabilityVerdict.Partial : AvailabilityVerdict.Success;
        return new AvailabilityRule(followers.Length, required, tolerated, unavailable, verdict, Words(counted ? $"W = {required} of {followers.Length + 1} (leader counted)" : $"W = {required} of {followers.Length}", tolerated, unavailable.Length, leader));
    }

    /// <summary>Null for a node that can answer.</summary>
    public static string? WhyNot(NodeView node, ClusterSnapshot snapshot) => WhyNot(node.State, snapshot.IsCutOff(node), snapshot.Links.FirstOrDefault(l => l.Follower == node.Id)?.Faults);

    /// <param name="cutOff">On the other side of a partition.</param>
    /// <param name="link">Of the leader's link to it; null where it is not known, or is the leader itself.</param>
    public static string? WhyNot(NodeState state, bool cutOff, LinkFaults? link) => (state, link) switch
    {
        (not (NodeState.Running or NodeState.Disconnected), _) => state.ToString().ToLowerInvariant(),
        _ when cutOff => "cut off",
        (_, { Mode: LinkMode.Refuse }) => "its link refuses requests",
        (_, { Mode: LinkMode.Swallow }) => "its link is cut",
        (_, { Request.LossPercent: >= 100 }) => "all requests are lost",
        (_, { Answer.LossPercent: >= 100 }) => "all answers are lost",
        _ => null,
    };

    private static string Words(string quorum, int tolerated, int unavailable, string? leader)
    {
        var rule = $"{quorum} tolerates {Explain.Count(tolerated, "failed follower")}";
        if (leader is not null) return $"{rule}, but {leader}: no node accepts writes.";
        var left = tolerated - unavailable;
        return left switch
        {
            < 0 => $"{rule}; {unavailable} cannot acknowledge, so every write is partial.",
            0 when unavailable == 0 => $"{rule}: writes succeed, and the first follower that fails makes them partial.",
            0 => $"{rule}, and {unavailable} cannot acknowledge: writes still succeed, the next failure makes them partial.",
            _ => unavailable == 0 ? $"{rule}: writes succeed." : $"{rule}; {unavailable} cannot acknowledge: writes succeed, even if {left} more {(left == 1 ? "fails" : "fail")}.",
        };
    }
}
