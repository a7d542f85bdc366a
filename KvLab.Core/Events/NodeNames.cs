namespace KvLab.Core.Events;

public static class NodeNames
{
    /// <summary>The name under which the dashboard itself reports.</summary>
    public const string Dashboard = "dashboard";
}

public static class NodeRoles
{
    public const string Leader = "leader";
    public const string Follower = "follower";

    /// <summary>What the lab calls the follower that it starts as this one, from 1.</summary>
    public static string FollowerId(int number) => $"{Follower}-{number}";

    /// <summary>What a lab of so many followers calls its nodes when it starts, the leader first.</summary>
    public static IEnumerable<string> Ids(int followers) => Enumerable.Range(1, followers).Select(FollowerId).Prepend(Leader);
}
