using System.Collections.Immutable;
using KvLab.Core.Settings;

namespace KvLab.Web.Options;

/// <summary>
/// What nodes are to keep their entries in from now on, in the forms of <c>STORAGE</c>; a kind alone takes the connection that is configured for it. Not a record: its
/// text must not appear anywhere by accident, for it may hold a password.
/// </summary>
public sealed class StorageRequest
{
    /// <summary>For all nodes that <see cref="ByNode"/> does not name; null: they keep what they have.</summary>
    public string? All { get; init; }

    /// <summary>For single nodes, by id.</summary>
    public IReadOnlyDictionary<string, string> ByNode { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Everything as it was; the other fields are not looked at.</summary>
    internal StorageChoice? Back { get; init; }

    /// <summary><c>{"storage": "sqlite:/tmp/kvlab/", "storageOf": {"follower-1": "memory"}}</c></summary>
    internal static StorageRequest Read(JsonFields fields)
    {
        fields.AllowOnly("storage", "storageOf");
        var byNode = fields.Object("storageOf");
        return new StorageRequest
        {
            All = fields.Text("storage"),
            ByNode = byNode?.Names.ToImmutableDictionary(node => node, node => byNode.Text(node) ?? "", StringComparer.Ordinal) ?? ImmutableDictionary<string, string>.Empty,
        };
    }
}
