using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;

namespace KvLab.Web.Supervision;

/// <summary>With which nodes the lab runs, in one phrase. One that is still starting is said to be starting, and not to be gone.</summary>
internal static class StartWords
{
    public static string Of(ClusterSnapshot snapshot)
    {
        static bool Runs(NodeView node) => node.State == NodeState.Running;
        List<string> parts = [$"{snapshot.Nodes.Count(n => n.Role == NodeRoles.Leader && Runs(n))} leader, {Explain.Count(snapshot.Followers.Count(Runs), "follower")}"];
        Name("still starting", n => n.State == NodeState.Starting);
        Name("not running", n => n.State != NodeState.Starting && !Runs(n));
        // Everybody runs, but who leads has not said yet by which settings: it asks its followers first.
        if (parts.Count == 1 && snapshot is { Settings: null, Leader: not null }) parts.Add("the leader takes no writes yet");
        return string.Join("; ", parts);

        void Name(string what, Func<NodeView, bool> which)
        {
            var nodes = snapshot.Nodes.Where(which).Select(n => n.Id).ToArray();
            if (nodes.Length > 0) parts.Add($"{what}: {string.Join(", ", nodes)}");
        }
    }
}
