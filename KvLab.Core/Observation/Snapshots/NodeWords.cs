using KvLab.Core.Events;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>
/// What a node is called. Ids are names and do not change with the role; but one of them is <c>leader</c>, and a reader takes that for the role. So whoever
/// leads is called the leader beside its id, and a node whose id says leader and which follows is called something else.
/// </summary>
public static class NodeWords
{
    /// <summary>In a sentence: <c>follower-3</c>, <c>the old leader</c>.</summary>
    public static string Name(string id, bool leads) =>
        leads || !SaysLeader(id) ? id : id == NodeRoles.Leader ? "the old leader" : $"{id} (follower)";

    /// <summary>In headings and lists: <c>follower-3 · leader</c>, <c>old leader (follower)</c>.</summary>
    public static string Label(string id, bool leads) =>
        leads ? id == NodeRoles.Leader ? id : $"{id} · {NodeRoles.Leader}"
        : id == NodeRoles.Leader ? "old leader (follower)"
        : Name(id, leads);

    /// <summary>Where its role stands beside it: <c>follower-3</c>, <c>old leader</c>.</summary>
    public static string Bare(string id, bool leads) => id == NodeRoles.Leader && !leads ? "old leader" : id;

    /// <summary>Where there is little room: <c>f3</c> for follower-3.</summary>
    public static string Short(string id, bool leads) =>
        id.StartsWith("follower-", StringComparison.Ordinal) ? $"f{id["follower-".Length..]}" : Bare(id, leads);

    /// <summary>As the leader that it was when it did something: <c>the leader</c>, <c>the leader follower-3</c>.</summary>
    public static string Leading(string id) => id == NodeRoles.Leader ? "the leader" : $"the leader {id}";

    private static bool SaysLeader(string id) => id.Contains(NodeRoles.Leader, StringComparison.OrdinalIgnoreCase);
}
