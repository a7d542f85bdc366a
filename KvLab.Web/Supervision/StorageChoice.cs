using System.Collections.Immutable;
using KvLab.Core.Configuration;

namespace KvLab.Web.Supervision;

/// <summary>
/// What each node is told as <c>STORAGE</c>: <c>Cluster:Storage</c> for all of them, <c>Cluster:StorageOf:follower-2</c> for one. The text may hold a password, so
/// nothing prints it.
/// </summary>
public sealed class StorageChoice
{
    public static readonly StorageChoice Memory = new("memory", ImmutableDictionary<string, string>.Empty);

    private const string Forms = "memory, sqlite:<folder or file with {node}>, redis:<connection> or postgres:<connection>";

    private static readonly string[] Kinds = ["sqlite", "redis", "postgres"];

    private readonly string _all;
    private readonly ImmutableDictionary<string, string> _byNode;

    private StorageChoice(string all, ImmutableDictionary<string, string> byNode) => (_all, _byNode) = (all, byNode);

    public string Of(string node) => _byNode.GetValueOrDefault(node, _all);

    internal static StorageChoice Read(IConfiguration configuration, FieldErrors errors)
    {
        var all = configuration["Cluster:Storage"] is { Length: > 0 } given ? given : configuration["STORAGE"] is { Length: > 0 } inherited ? inherited : "memory";
        Check(all, "Cluster:Storage", errors);
        var isFile = all.StartsWith("sqlite:", StringComparison.OrdinalIgnoreCase) && all.Length > "sqlite:".Length && !all.EndsWith('/')
            && !all.Contains("{node}", StringComparison.Ordinal) && !Directory.Exists(all["sqlite:".Length..]);
        errors.Require(!isFile, "Cluster:Storage", "Cluster:Storage names one SQLite file, but each node needs its own: name a folder that ends in /, or put {node} into the name.");

        var byNode = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var node in configuration.GetSection("Cluster:StorageOf").GetChildren())
        {
            Check(node.Value ?? "", $"Cluster:StorageOf:{node.Key}", errors);
            byNode[node.Key] = node.Value ?? "";
        }

        return new StorageChoice(all, byNode.ToImmutable());
    }

    /// <summary>The node checks the rest, and says so before it ends; here only what every kind has is looked at, and nothing behind the colon is repeated.</summary>
    private static void Check(string storage, string name, FieldErrors errors)
    {
        var colon = storage.IndexOf(':', StringComparison.Ordinal);
        var known = colon < 0
            ? storage.Equals("memory", StringComparison.OrdinalIgnoreCase)
            : Kinds.Contains(storage[..colon], StringComparer.OrdinalIgnoreCase) && !string.IsNullOrWhiteSpace(storage[(colon + 1)..]);
        errors.Require(known, name, $"{name} must be {Forms}.");
    }
}
