namespace KvLab.Core.Observation.Snapshots;

/// <summary>Whether somebody leads, in words. A cluster without a leader looks calm: nothing is in flight, because nobody takes anything.</summary>
public static class Leadership
{
    /// <summary>What to say where nobody accepts writes; null while somebody leads, and while the first leader is still starting.</summary>
    public static string? ProblemOf(ClusterSnapshot snapshot) => snapshot switch
    {
        { Reign: 0 } => null,
        { Leader: null } => NobodyLeads(snapshot.Nodes.Length),
        { Leader: { } leader } when leader.State.IsDown() =>
            $"There is no leader: {leader.Id}, which led epoch {snapshot.Reign}, {(leader.State == NodeState.Crashed ? "exited unexpectedly" : "is not running")}. Until it is restarted or a follower is promoted, no node accepts writes.",
        _ => null,
    };

    /// <summary>For commands that need a leader.</summary>
    public static string WhyNone(ClusterSnapshot snapshot) =>
        ProblemOf(snapshot) ?? "No leader is known yet. Wait until one has connected, then retry.";

    private static string NobodyLeads(int nodes) =>
        $"There is no leader: the last one has stepped down, and all {nodes} nodes are followers. No node accepts writes until a follower is promoted.";
}
