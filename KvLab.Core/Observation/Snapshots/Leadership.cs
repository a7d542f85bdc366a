namespace KvLab.Core.Observation.Snapshots;

/// <summary>Whether somebody leads, in words. A cluster without a leader looks calm: nothing is in flight, because nobody takes anything.</summary>
public static class Leadership
{
    /// <summary>What to say where nobody takes writes; null while somebody leads, and while the first leader is still starting.</summary>
    public static string? ProblemOf(ClusterSnapshot snapshot) => snapshot switch
    {
        { Reign: 0 } => null,
        { Leader: null } => NobodyLeads(snapshot.Nodes.Length),
        { Leader: { State: NodeState.Stopped or NodeState.Crashed } leader } =>
            $"Nobody leads: {leader.Id}, which led epoch {snapshot.Reign}, {(leader.State == NodeState.Crashed ? "ended by itself" : "does not run")}. No write is taken until it is started again or a follower is promoted.",
        _ => null,
    };

    /// <summary>For commands that need a leader.</summary>
    public static string WhyNone(ClusterSnapshot snapshot) =>
        ProblemOf(snapshot) ?? "No leader is known yet. Wait until it has introduced itself, and try again.";

    private static string NobodyLeads(int nodes) =>
        $"Nobody leads: whoever led has stepped down, and all {nodes} nodes follow. No write is taken until a follower is promoted.";
}
