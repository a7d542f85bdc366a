using System.Collections.Immutable;
using KvLab.Core.Configuration;
using KvLab.Core.Events;

namespace KvLab.Web.Options;

/// <summary>
/// What each node is told as <c>STORAGE</c>: <c>Cluster:Storage</c> for all of them, <c>Cluster:StorageOf:follower-2</c> for one; and as <c>LAB</c>, where
/// several labs store in one place. The text may hold a password, so nothing prints it.
/// </summary>
public sealed class StorageChoice
{
    public static readonly StorageChoice Memory = new(StorageServers.Memory, ImmutableDictionary<string, string>.Empty, "");

    private readonly string _all;
    private readonly ImmutableDictionary<string, string> _byNode;

    private StorageChoice(string all, ImmutableDictionary<string, string> byNode, string lab) => (_all, _byNode, Lab) = (all, byNode, lab);

    /// <summary>Sets this lab's name spaces apart; empty where it needs no name.</summary>
    public string Lab { get; }

    public string Of(string node) => _byNode.GetValueOrDefault(node, _all);

    public bool IsSameAs(StorageChoice other, IEnumerable<string> nodes) => nodes.All(node => Of(node) == other.Of(node));

    internal static StorageChoice Read(IConfiguration configuration, StorageServers servers, FieldErrors errors)
    {
        var (given, name) = Given(configuration, "Cluster:Storage", "STORAGE");
        var all = servers.Complete(given ?? StorageServers.Memory);
        StorageText.CheckForAll(all, name, errors);
        var byNode = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var node in configuration.GetSection("Cluster:StorageOf").GetChildren())
        {
            byNode[node.Key] = servers.Complete(node.Value ?? "");
            StorageText.Check(byNode[node.Key], $"Cluster:StorageOf:{node.Key}", errors);
            errors.Require(IsNode(node.Key), $"Cluster:StorageOf:{node.Key}",
                $"Cluster:StorageOf:{node.Key} names no node; the nodes are leader and follower-1 to follower-{ClusterOptions.MostFollowers}.");
        }

        var (lab, labName) = Given(configuration, "Cluster:Lab", "LAB");
        return new StorageChoice(all, byNode.ToImmutable(), LabName.Read(lab, labName, errors));
    }

    /// <summary>Followers may be added later.</summary>
    private static bool IsNode(string id) =>
        NodeRoles.Ids(ClusterOptions.MostFollowers).Contains(id);

    /// <summary>The value, and the name by which somebody set it.</summary>
    private static (string? Value, string Name) Given(IConfiguration configuration, string own, string inherited) =>
        configuration[own] is { Length: > 0 } value ? (value, own) : configuration[inherited] is { Length: > 0 } other ? (other, inherited) : (null, own);

    /// <summary>What names it in a wish.</summary>
    public string FieldOf(string node) => IsOf(node) ? $"storageOf.{node}" : "storage";

    /// <summary>Whether the node was given a storage of its own.</summary>
    public bool IsOf(string node) => _byNode.ContainsKey(node);

    /// <summary>As somebody wishes it: who is named gets another storage, and a wish for all ends what single nodes had.</summary>
    /// <param name="nodes">Those there are.</param>
    internal StorageChoice With(StorageRequest request, StorageServers servers, IReadOnlyCollection<string> nodes, FieldErrors errors)
    {
        if (request.Back is { } back) return back;
        errors.Require(request.All is not null || request.ByNode.Count > 0, "storage", "storage is missing, and storageOf names no node either.");
        var all = request.All is null ? _all : servers.Complete(request.All);
        if (request.All is not null) StorageText.CheckForAll(all, "storage", errors);
        var byNode = request.All is null ? _byNode : _byNode.Clear();
        foreach (var (node, storage) in request.ByNode)
        {
            var field = $"storageOf.{node}";
            errors.Require(nodes.Contains(node), field, $"{field} is not a node of this cluster; the nodes are {string.Join(", ", nodes)}.");
            byNode = byNode.SetItem(node, servers.Complete(storage));
            StorageText.Check(byNode[node], field, errors);
        }

        return new StorageChoice(all, byNode, Lab);
    }
}
