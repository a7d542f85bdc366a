using System.Collections.Concurrent;
using KvLab.Core.Events;
using KvLab.Web.Ingest;
using KvLab.Web.State;
using KvLab.Web.Supervision;
using Microsoft.AspNetCore.SignalR;

namespace KvLab.Web.Hubs;

/// <summary>Who may join, and which connection speaks for a node now.</summary>
internal sealed class NodeIntroductions(ClusterOptions options, NodeDirectory directory, NodeSeeder seeder, IClusterState state)
{
    private readonly ConcurrentDictionary<string, string> _connectionOfNode = new(StringComparer.Ordinal);

    /// <exception cref="HubException">It is no node of this cluster.</exception>
    public void Admit(NodeHello hello)
    {
        if (options.Mode == ClusterMode.Supervised)
        {
            if (directory.Find(hello.Node) is null)
                throw new HubException($"{hello.Node} was not started by this dashboard. Set Cluster:Mode to External for nodes that others start.");
            return;
        }
        // One that is known may have been replaced and not know it yet; a stranger that leads belongs to another cluster.
        if (hello.Role == NodeRoles.Leader && directory.Find(hello.Node) is null && directory.Leader is { } leader && leader.Id != hello.Node && _connectionOfNode.ContainsKey(leader.Id))
            throw new HubException($"{leader.Id} is the leader of this cluster already.");
    }

    public void Joined(NodeHello hello, string connection)
    {
        _connectionOfNode[hello.Node] = connection;
        if (options.Mode == ClusterMode.External) directory.Set(new NodeAddress(hello.Node, RoleOf(hello), hello.Url.TrimEnd('/')));
        seeder.Request(hello);
    }

    /// <summary>Once a reign was reported, that says who leads; a process says only how it was started.</summary>
    private string RoleOf(NodeHello hello) =>
        state.Current is { Reign: > 0 } now && now.Nodes.FirstOrDefault(n => n.Id == hello.Node) is { } node ? node.Role : hello.Role;

    /// <returns>False when another connection speaks for the node already.</returns>
    public bool Left(string node, string connection) => _connectionOfNode.TryRemove(KeyValuePair.Create(node, connection));
}
