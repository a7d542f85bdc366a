using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;

namespace KvLab.Web.Supervision;

/// <summary>What a node is told at its start; names as on the protocol page.</summary>
internal static class NodeEnvironment
{
    // What is meant for the dashboard's own server must not move the nodes to its port; and its secrets are none of theirs.
    private static readonly string[] NotInherited = ["DOTNET_URLS", "URLS", "HTTP_PORTS", "HTTPS_PORTS", "ALLOWEDHOSTS", "PATHBASE"];
    private static readonly string[] PrefixesNotInherited = ["ASPNETCORE_", "KESTREL__", "CLUSTER__", "STORAGE__", "LAB__", "LOGGING__"];

    private const string DebuggersDoor = "DOTNET_EnableDiagnostics";

    private static bool IsInherited(string name) =>
        !NotInherited.Concat(EnvironmentNames.All.Except(EnvironmentNames.Inherited)).Contains(name, StringComparer.OrdinalIgnoreCase)
        && !PrefixesNotInherited.Any(prefix => name.Replace(":", "__", StringComparison.Ordinal).StartsWith(prefix, StringComparison.OrdinalIgnoreCase));

    public static void Fill(ProcessStartInfo info, NodeAddress node, IReadOnlyList<NodeAddress> followers, NodeAddress? leader,
        LiveSettings settings, string dashboardUrl, string token, StorageChoice storage, KnownPast past)
    {
        Begin(info, node, storage);
        Set("HOST", "127.0.0.1");
        Set("PORT", new Uri(node.Url).Port.ToString(CultureInfo.InvariantCulture));
        Set("DASHBOARD_URL", dashboardUrl);
        Set("CLUSTER_TOKEN", token);
        Set("PARENT_WATCH", "stdin");
        Set(SettingFields.Versioning.Variable, SettingFields.Versioning.TextOf(settings));
        if (node.Role == NodeRoles.Leader)
        {
            Set("FOLLOWERS", string.Join(',', followers.Select(f => $"{f.Id}={f.Url}")));
            if (past.Epoch is { } epoch) Set("KNOWN_EPOCH", epoch.ToString(CultureInfo.InvariantCulture));
            if (past.SmallestQuorum is { } smallest) Set("SMALLEST_QUORUM", smallest.ToString(CultureInfo.InvariantCulture));
            foreach (var field in SettingFields.All) Set(field.Variable, field.TextOf(settings));
        }
        else if (leader is not null)
        {
            Set("LEADER_URL", leader.Url);
        }

        void Set(string name, string value) => info.Environment[name] = value;
    }

    /// <summary>For a process that only looks at its storage.</summary>
    public static void FillForCheck(ProcessStartInfo info, NodeAddress node, StorageChoice storage)
    {
        Begin(info, node with { Role = NodeRoles.Follower }, storage);
        info.Environment["PORT"] = "0";
    }

    private static void Begin(ProcessStartInfo info, NodeAddress node, StorageChoice storage)
    {
        foreach (var name in info.Environment.Keys.Where(name => !IsInherited(name)).ToArray()) info.Environment.Remove(name);
        info.Environment["ROLE"] = node.Role;
        info.Environment["NODE_ID"] = node.Id;
        info.Environment["STORAGE"] = storage.Of(node.Id);
        info.Environment["LAB"] = storage.Lab;
        // A process that is killed would leave the runtime's three doors for debuggers among the temporary files, and this lab kills many. Who wants to look into nodes sets it to 1.
        info.Environment.TryAdd(DebuggersDoor, "0");
    }

    /// <summary>The faults that its links are to have from its first moment on.</summary>
    public static void Break(ProcessStartInfo info, IReadOnlyList<LinkSetting> links)
    {
        var faulty = links.Where(l => !l.Faults.IsNone).ToDictionary(l => l.Follower, l => l.Faults);
        if (faulty.Count > 0) info.Environment["LINK_FAULTS"] = JsonSerializer.Serialize(faulty, NodeJson.Options);
    }

    /// <summary>The seed's disaster, as a lesson: the leader asks nobody and counts from 1 again.</summary>
    /// <param name="epoch">The reign that followers have seen; the seed has no epochs, so only the counter is forgotten.</param>
    public static void Forget(ProcessStartInfo info, long epoch) => info.Environment["FORGETFUL_EPOCH"] = epoch.ToString(CultureInfo.InvariantCulture);
}
