namespace KvLab.Nodes.Configuration;

public enum NodeRole
{
    Leader,
    Follower,
}

public static class NodeRoleNames
{
    /// <summary><c>leader</c> or <c>follower</c>, as in the environment, in answers and on screen.</summary>
    public static string Name(this NodeRole role) => role == NodeRole.Leader ? "leader" : "follower";
}
