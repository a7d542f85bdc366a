using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.NodeCalls;

/// <summary>Where a node of the cluster answers.</summary>
public sealed record NodeAddress(string Id, string Role, string Url)
{
    /// <summary>What a sentence calls it.</summary>
    public string Name => NodeWords.Name(Id, Role == NodeRoles.Leader);
}

/// <summary>Which nodes belong to the cluster and where they answer; what commands go by. Safe for concurrent use.</summary>
public sealed class NodeDirectory
{
    private ImmutableDictionary<string, NodeAddress> _nodes = ImmutableDictionary.Create<string, NodeAddress>(StringComparer.Ordinal);

    private ImmutableDictionary<string, int> _processes = ImmutableDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>The process that was started for a node; null where none was from here.</summary>
    public int? ProcessOf(string id) => _processes.TryGetValue(id, out var process) ? process : null;

    public void SetProcess(string id, int process) => ImmutableInterlocked.AddOrUpdate(ref _processes, id, process, (_, _) => process);

    private long _awaitedReign;

    /// <summary>A reign whose beginning was commanded and has not been reported yet; what is told of older ones says nothing of who leads. 0: none.</summary>
    public long AwaitedReign
    {
        get => Interlocked.Read(ref _awaitedReign);
        set => Interlocked.Exchange(ref _awaitedReign, value);
    }

    /// <summary>The newest reign that is known of: a snapshot is a tenth of a second behind what was commanded.</summary>
    public long ReignOf(ClusterSnapshot snapshot) => Math.Max(snapshot.Reign, AwaitedReign);

    /// <summary>Null: nobody leads, or nobody is known to yet.</summary>
    public NodeAddress? Leader => _nodes.Values.FirstOrDefault(n => n.Role == NodeRoles.Leader);

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<NodeAddress> Followers =>
        [.. _nodes.Values.Where(n => n.Role == NodeRoles.Follower).OrderBy(n => n.Id, NaturalOrder.Instance)];

    /// <summary>The leader first.</summary>
    public IReadOnlyList<NodeAddress> All => [.. _nodes.Values.Where(n => n.Role == NodeRoles.Leader), .. Followers];

    public NodeAddress? Find(string id) => _nodes.GetValueOrDefault(id);

    /// <summary>What a sentence calls the node of this id, in the role that it has now.</summary>
    public string Name(string id) => Find(id)?.Name ?? id;

    public void Set(NodeAddress node) => ImmutableInterlocked.AddOrUpdate(ref _nodes, node.Id, node, (_, _) => node);

    /// <summary>This one leads from now on, and all others follow.</summary>
    public void Enthrone(NodeAddress leader, long epoch)
    {
        AwaitedReign = epoch;
        foreach (var other in All.Where(n => n.Id != leader.Id)) Set(other with { Role = NodeRoles.Follower });
        Set(leader with { Role = NodeRoles.Leader });
    }

    public void Remove(string id) => ImmutableInterlocked.TryRemove(ref _nodes, id, out _);
}
