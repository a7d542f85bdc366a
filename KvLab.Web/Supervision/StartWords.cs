using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Supervision;

/// <summary>With which nodes the lab runs, in one phrase. One that is still starting is said to be starting, and not to be gone.</summary>
internal static class StartWords
{
    /// <summary>Which ports are not those that were wanted.</summary>
    /// <param name="wanted">By number of the node, the leader's first; 0: any.</param>
    /// <param name="moved">All of them went to another range, because another program was quicker at one.</param>
    public static IEnumerable<string> OfPorts(IReadOnlyList<int> wanted, IReadOnlyList<int> ports, bool moved)
    {
        if (moved)
            return [$"The nodes' ports from {wanted[0]} were taken by another program while they started; they use {(ports[^1] - ports[0] == ports.Count - 1 ? $"{ports[0]} to {ports[^1]}" : string.Join(", ", ports))}."];
        return OfPorts(wanted.Zip(ports).Select((p, i) => (i == 0 ? NodeRoles.Leader : NodeRoles.FollowerId(i), p.First, p.Second)));
    }

    public static IEnumerable<string> OfPorts(IEnumerable<(string Node, int Wanted, int Port)> nodes) =>
        nodes.Where(n => n.Wanted != 0 && n.Wanted != n.Port).Select(n => $"Port {n.Wanted} was busy, {n.Node} uses {n.Port}.");

    public static string Of(ClusterSnapshot snapshot)
    {
        static bool Runs(NodeView node) => node.State == NodeState.Running;
        List<string> parts = [$"{snapshot.Nodes.Count(n => n.Role == NodeRoles.Leader && Runs(n))} leader, {Explain.Count(snapshot.Followers.Count(Runs), "follower")}"];
        Name("still starting", n => n.State == NodeState.Starting);
        Name("not running", n => n.State != NodeState.Starting && !Runs(n));
        // Everybody runs, but who leads has not said yet by which settings: it asks its followers first.
        if (parts.Count == 1 && snapshot is { Settings: null, Leader: not null }) parts.Add("the leader accepts no writes yet");
        return string.Join("; ", parts);

        void Name(string what, Func<NodeView, bool> which)
        {
            var nodes = snapshot.Nodes.Where(which).Select(n => n.Id).ToArray();
            if (nodes.Length > 0) parts.Add($"{what}: {string.Join(", ", nodes)}");
        }
    }
}
