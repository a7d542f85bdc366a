using System.Collections.Concurrent;
using KvLab.Core.Events;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using Microsoft.AspNetCore.SignalR;

namespace KvLab.Web.Hubs;

/// <summary>Who may join, and which connection speaks for a node now.</summary>
internal sealed class NodeIntroductions(ClusterOptions options, NodeDirectory directory, NodeSeeder seeder, IClusterState state)
{
    private readonly ConcurrentDictionary<string, (string Connection, string Url)> _speakers = new(StringComparer.Ordinal);

    /// <exception cref="HubException">It is no node of this cluster.</exception>
    public void Admit(NodeHello hello)
    {
        if (options.Mode == ClusterMode.Supervised)
        {
            if (directory.Find(hello.Node) is not { } started)
                throw new HubException($"{hello.Node} was not started by this dashboard. Set Cluster:Mode to External for nodes that others start.");
            // Whoever else knows the token must not be taken for a node that was started here: its signals and its data would go to a stranger.
            if (!IsSame(hello.Url, started.Url) || directory.ProcessOf(hello.Node) != hello.ProcessId)
                throw new HubException($"{hello.Node} is another process: the one that this dashboard started has its own address and process id.");
            return;
        }
        if (_speakers.TryGetValue(hello.Node, out var speaker) && !IsSame(hello.Url, speaker.Url))
            throw new HubException($"{hello.Node} is connected already, from another address. It can move when that connection has ended.");
        // One that is known may have been replaced and not know it yet; a stranger that leads belongs to another cluster.
        if (hello.Role == NodeRoles.Leader && directory.Find(hello.Node) is null && directory.Leader is { } leader && leader.Id != hello.Node && _speakers.ContainsKey(leader.Id))
            throw new HubException($"This cluster already has a leader (node {leader.Id}), so {hello.Node} cannot join it as a second one.");
    }

    public void Joined(NodeHello hello, string connection)
    {
        _speakers[hello.Node] = (connection, hello.Url);
        if (options.Mode == ClusterMode.External) directory.Set(new NodeAddress(hello.Node, RoleOf(hello), hello.Url.TrimEnd('/')));
        seeder.Request(hello);
    }

    /// <summary>Once a reign was reported, that says who leads; a process says only how it was started.</summary>
    private string RoleOf(NodeHello hello) =>
        state.Current is { Reign: > 0 } now && now.Nodes.FirstOrDefault(n => n.Id == hello.Node) is { } node ? node.Role : hello.Role;

    /// <returns>False when another connection speaks for the node already.</returns>
    public bool Left(string node, string connection) =>
        _speakers.TryGetValue(node, out var speaker) && speaker.Connection == connection && _speakers.TryRemove(KeyValuePair.Create(node, speaker));

    private static bool IsSame(string url, string other) => string.Equals(url.TrimEnd('/'), other.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}
