using System.Collections.Frozen;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Web.Options;

/// <summary>
/// The nodes' names for settings (protocol page), as they may stand in the dashboard's environment or on its command line: what it takes for the whole lab, what it ignores
/// because every node has its own, and what is a mistake. docs/decisions/0030 has the table.
/// </summary>
internal static class EnvironmentNames
{
    /// <summary>Option under <c>Cluster:</c>, and the name that means the same.</summary>
    public static readonly FrozenDictionary<string, string> Taken = SettingFields.All.Select(f => KeyValuePair.Create(f.Option, f.Variable)).Concat(new Dictionary<string, string>
    {
        ["Token"] = "CLUSTER_TOKEN",
        ["Storage"] = "STORAGE",
        ["Lab"] = "LAB",
    }).ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings that nodes on the dashboard's own machine inherit as they are.</summary>
    public static readonly IReadOnlyList<string> Inherited = ["EVENT_BUFFER", "RECOVERY_TIMEOUT_MS"];

    /// <summary>Each node has its own: the dashboard says them to the nodes that it starts.</summary>
    public static readonly IReadOnlyList<string> OfOneNode =
        ["ROLE", "NODE_ID", "HOST", "PORT", "NODE_URL", "CLIENT_ACCESS", "FOLLOWERS", "LEADER_URL", "DASHBOARD_URL", "KNOWN_EPOCH", "SMALLEST_QUORUM", "FORGETFUL_EPOCH", "LINK_FAULTS", "PARENT_WATCH"];

    /// <summary>Dashboard and nodes each have their own names; nodes that the dashboard starts answer on loopback only and need none.</summary>
    public static readonly IReadOnlyList<string> OfEveryServer = ["ALLOWED_HOSTS"];

    /// <summary>In the environment they are set for many reasons that have nothing to do with this program, and are ignored in silence.</summary>
    public static readonly IReadOnlyList<string> OfAnyProgram = ["PORT", "HOST"];

    public static IEnumerable<string> All => [.. Taken.Values, .. Inherited, .. OfOneNode, .. OfEveryServer];

    // What the dashboard says to the nodes that it starts, without a name at the nodes.
    private static readonly string[] OfItsNodes = ["Followers", "BasePort", "NodesPath"];

    /// <summary>What somebody set for nothing, by the names by which it was set.</summary>
    public static IReadOnlyList<string> Ignored(IConfiguration configuration, ClusterMode mode) =>
    [
        .. (mode == ClusterMode.External ? OfOtherNodes(configuration) : [])
            .Concat(OfOneNode.Except(OfAnyProgram)).Where(name => configuration[name] is { Length: > 0 }),
        .. Spelling.Ignored(configuration),
    ];

    /// <summary>Nodes that others started were told all that by others.</summary>
    private static IEnumerable<string> OfOtherNodes(IConfiguration configuration) =>
    [
        .. Taken.Where(t => t.Key != "Token").Select(t => t.Value), .. Inherited,
        .. Taken.Keys.Where(name => name != "Token").Concat(OfItsNodes).Select(name => $"Cluster:{name}"),
        .. configuration.GetSection("Cluster:StorageOf").GetChildren().Select(node => node.Path),
    ];

    /// <summary>What nodes would read for themselves and the dashboard must hand on unharmed.</summary>
    public static void CheckInherited(IConfiguration configuration, FieldErrors errors)
    {
        foreach (var (name, from, to) in new[] { ("EVENT_BUFFER", 100, 10_000_000), ("RECOVERY_TIMEOUT_MS", 0, 600_000) })
            if (configuration[name] is { Length: > 0 } text && !(int.TryParse(text, out var value) && value >= from && value <= to))
                errors.Add(name, $"{name} must be a whole number from {from} to {to}, but is \"{text}\".");
    }
}
