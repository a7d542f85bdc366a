using System.Collections.Immutable;
using System.Net;
using KvLab.Core.Callers;
using KvLab.Core.Configuration;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Telemetry;

namespace KvLab.Nodes.Options;

/// <summary>
/// Makes <see cref="NodeOptions"/> out of the environment and the command line. Every problem is reported at once, under the name by which
/// people set the value.
/// </summary>
public static class NodeOptionsReader
{
    public const int DefaultLeaderPort = 8000;
    public const int DefaultFollowerPort = 8001;

    /// <summary>All names, as environment variables; on the command line also as <c>--Name=value</c>.</summary>
    public static readonly ImmutableArray<string> Names =
    [
        "ROLE", "NODE_ID", "HOST", "PORT", "NODE_URL", "ALLOWED_HOSTS", "CLIENT_ACCESS", "FOLLOWERS", "LEADER_URL",
        .. SettingFields.All.Select(f => f.Variable), "DASHBOARD_URL", "CLUSTER_TOKEN",
        "STORAGE", "LAB", "EVENT_BUFFER", "RECOVERY_TIMEOUT_MS", "KNOWN_EPOCH", "SMALLEST_QUORUM", "FORGETFUL_EPOCH", "LINK_FAULTS", "PARENT_WATCH",
    ];

    /// <returns>Null when <paramref name="errors"/> is not empty.</returns>
    public static NodeOptions? Read(IReadOnlyList<string> args, Func<string, string?> environment, out IReadOnlyList<FieldError> errors)
    {
        var problems = new FieldErrors();
        var values = new OptionValues(args, environment, Names, problems);
        var role = ReadRole(values);
        var port = values.Int("PORT", role == NodeRole.Leader ? DefaultLeaderPort : DefaultFollowerPort, 0, IPEndPoint.MaxPort);
        var token = ReadToken(values);
        var followers = FollowerList.Parse(values.Text("FOLLOWERS") ?? "", "FOLLOWERS", problems);
        var options = new NodeOptions
        {
            Role = role,
            NodeId = ReadNodeId(values, role, port),
            Host = ReadHost(values, token),
            Port = port,
            AdvertisedUrl = values.Url("NODE_URL"),
            AllowedHosts = [.. AllowedHosts.Read(values.Text("ALLOWED_HOSTS"), "ALLOWED_HOSTS", problems)],
            ClientAccess = values.Text("CLIENT_ACCESS") is null ? null : values.Choice("CLIENT_ACCESS", Configuration.ClientAccess.Token),
            Followers = followers,
            LeaderUrl = values.Url("LEADER_URL"),
            // A follower has no quorum of its own: what is nonsense everywhere is refused, the rest is the leader's business.
            Settings = SettingFields.Read(values, field => field.Variable, followers.Length, role == NodeRole.Leader ? null : FollowerList.Longest),
            DashboardUrl = values.Url("DASHBOARD_URL"),
            ClusterToken = token,
            Storage = StorageOption.Read(values),
            Lab = LabName.Read(values.Text("LAB"), "LAB", values.Errors),
            Telemetry = new OutboxLimits { Events = values.Int("EVENT_BUFFER", OutboxLimits.DefaultEvents, OutboxLimits.FewestEvents, OutboxLimits.MostEvents) },
            RecoveryTimeout = TimeSpan.FromMilliseconds(values.Int("RECOVERY_TIMEOUT_MS", 3000, 0, 600_000)),
            Past = new KnownPast(
                values.Text("KNOWN_EPOCH") is null ? null : values.Long("KNOWN_EPOCH", 0, 0, InputRules.LargestClock),
                values.Text("SMALLEST_QUORUM") is null ? null : values.Int("SMALLEST_QUORUM", 0, 0, FollowerList.Longest)),
            ForgetfulEpoch = values.Text("FORGETFUL_EPOCH") is null ? null : Math.Clamp(values.Long("FORGETFUL_EPOCH", 1), 1, InputRules.LargestClock),
            LinkFaults = LinkFaultsOption.Read(values, role, followers),
            WatchParent = ReadParentWatch(values),
        };
        errors = problems.All;
        return errors.Count == 0 ? options : null;
    }

    /// <summary>Names in the environment that are nearly one of ours: they would be dropped without a word.</summary>
    public static IEnumerable<FieldError> Misspellings(IEnumerable<string> environment) =>
        from name in environment
        let meant = Misspelt.Meant(name, Names)
        where meant is not null
        select new FieldError(name, $"{name} is not known. Did you mean {meant}?");

    private static NodeRole ReadRole(OptionValues values)
    {
        var text = values.Text("ROLE");
        if (EnumNames.TryParse<NodeRole>(text ?? "", out var role)) return role;
        values.Errors.Add("ROLE", text is null ? "ROLE is missing: leader or follower." : $"ROLE must be leader or follower, but is \"{text}\".");
        return NodeRole.Follower;
    }

    private static string ReadNodeId(OptionValues values, NodeRole role, int port)
    {
        if (values.Text("NODE_ID") is not { } id)
        {
            // The seed's ports 8001, 8002 … belong to the followers that a leader calls follower-1, follower-2 … by default.
            if (role == NodeRole.Leader) return "leader";
            return port is > DefaultLeaderPort and <= DefaultLeaderPort + FollowerList.Longest ? $"follower-{port - DefaultLeaderPort}" : $"follower-{port}";
        }

        values.Errors.Require(FollowerList.IsValidId(id), "NODE_ID",
            $"NODE_ID must have 1 to {FollowerList.LongestId} letters, digits, '-', '_' or '.', but is \"{id}\".");
        return id;
    }

    private static IPAddress ReadHost(OptionValues values, string? token)
    {
        var text = values.Text("HOST") ?? "127.0.0.1";
        var address = text switch
        {
            "localhost" => IPAddress.Loopback,
            "*" or "+" => IPAddress.Any,
            _ => IPAddress.TryParse(text, out var parsed) ? parsed : null,
        };
        if (address is null)
            values.Errors.Add("HOST", $"HOST must be an IP address to listen at, such as 127.0.0.1 or 0.0.0.0, but is \"{text}\".");
        else if (!IPAddress.IsLoopback(address) && token is null)
            values.Errors.Add("HOST", $"HOST {text} can be reached from other machines, so CLUSTER_TOKEN must be set; without a token only loopback is allowed.");
        else if (!IPAddress.IsLoopback(address) && token is { Length: < SharedSecret.Shortest })
            values.Errors.Add("CLUSTER_TOKEN", $"CLUSTER_TOKEN must have at least {SharedSecret.Shortest} characters where HOST {text} can be reached from other machines, because it is all that they have to guess.");
        return address ?? IPAddress.Loopback;
    }

    private static string? ReadToken(OptionValues values)
    {
        var token = values.Text("CLUSTER_TOKEN");
        values.Errors.Require(token is null || (token.Length <= 256 && token.All(c => c is > ' ' and <= '~')), "CLUSTER_TOKEN",
            "CLUSTER_TOKEN must have 1 to 256 printable ASCII characters without spaces.");
        return token;
    }

    private static bool ReadParentWatch(OptionValues values)
    {
        var watch = values.Text("PARENT_WATCH");
        values.Errors.Require(watch is null or "stdin", "PARENT_WATCH", $"PARENT_WATCH must be stdin or absent, but is \"{watch}\".");
        return watch == "stdin";
    }
}
