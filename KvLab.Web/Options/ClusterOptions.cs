using System.Security.Cryptography;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Settings;

namespace KvLab.Web.Options;

public enum ClusterMode
{
    /// <summary>The dashboard starts the nodes, and they end with it.</summary>
    Supervised,

    /// <summary>Nodes run elsewhere (compose) and announce themselves over the hub.</summary>
    External,
}

/// <summary>What the dashboard is told at its start, under <c>Cluster:</c> in the configuration.</summary>
public sealed record ClusterOptions
{
    public const int FewestFollowers = 1;
    public const int UsualFollowers = 5;
    public const int MostFollowers = 15;

    public ClusterMode Mode { get; init; } = ClusterMode.Supervised;

    /// <summary>N at the start, 1 … 15. Supervised mode only.</summary>
    public int Followers { get; init; } = UsualFollowers;

    /// <summary>
    /// The leader's port; follower n has this plus n. 1 … 65535 with room for all followers, or 0 for any free ports.
    /// A busy port is replaced by a free one.
    /// </summary>
    public int BasePort { get; init; } = 8000;

    /// <summary>
    /// Shared secret of nodes and dashboard, 1 … 256 printable ASCII characters. Supervised mode makes a random one at every start. Null
    /// (external mode on loopback only) lets every node in.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>Where the nodes' program lies; by default beside the dashboard.</summary>
    public string? NodesPath { get; init; }

    /// <summary>Where storages lie that are named by their kind alone.</summary>
    public StorageServers Servers { get; init; } = StorageServers.None;

    /// <summary>What the nodes keep their entries in at the start.</summary>
    public StorageChoice Storage { get; init; } = StorageChoice.Memory;

    /// <summary>The live settings that the leader begins with; W defaults to 3, or N where that is less.</summary>
    public LiveSettings Settings { get; init; } = new();

    /// <summary>Names that were set and mean nothing here.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>What was set and does nothing yet: sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Under <c>Cluster:</c>.</summary>
    internal static readonly IReadOnlyList<string> Names =
    [
        "Mode", "Followers", "BasePort", "Token", "NodesPath", .. SettingFields.All.Select(f => f.Option), "Storage", "StorageOf", "Lab",
    ];

    /// <summary>Never the token: whatever prints a record prints all of it.</summary>
    public override string ToString() => $"{Mode}, {Followers} followers from port {BasePort}";

    /// <returns>Null when <paramref name="errors"/> is not empty; they are complete.</returns>
    public static ClusterOptions? Read(IConfiguration configuration, out IReadOnlyList<FieldError> errors)
    {
        var values = new ConfigurationValues(configuration.GetSection("Cluster"), configuration, EnvironmentNames.Taken);
        var mode = values.Choice("Mode", ClusterMode.Supervised);
        // Nodes that others started have settings of their own: what is set for them here is ignored, and said; so it cannot be wrong either.
        var supervised = mode == ClusterMode.Supervised;
        var followers = supervised ? values.Int("Followers", UsualFollowers, FewestFollowers, MostFollowers) : 5;
        var servers = StorageServers.Read(configuration, values.Errors);
        var options = new ClusterOptions
        {
            Mode = mode,
            Followers = followers,
            NodesPath = values.Text("NodesPath"),
            Servers = servers,
            Settings = supervised ? SettingFields.Read(values, field => field.Option, followers) : new LiveSettings(),
            Token = ReadToken(values, supervised),
            BasePort = supervised ? ReadBasePort(values, followers) : 0,
            Storage = supervised ? StorageChoice.Read(configuration, servers, values.Errors) : StorageChoice.Memory,
            Ignored = EnvironmentNames.Ignored(configuration, mode),
            Notes = supervised ? [.. NodesToCome(configuration, followers)] : [],
        };
        Spelling.Check(configuration, values.Errors);
        if (supervised) EnvironmentNames.CheckInherited(configuration, values.Errors);
        errors = values.Errors.All;
        return errors.Count == 0 ? options : null;
    }

    /// <summary>Followers may be added while the lab runs; until then what is set for them does nothing.</summary>
    private static IEnumerable<string> NodesToCome(IConfiguration configuration, int followers) =>
        from number in Enumerable.Range(followers + 1, MostFollowers - followers)
        let name = $"Cluster:StorageOf:{NodeRoles.FollowerId(number)}"
        where configuration[name] is { Length: > 0 }
        select $"{name} is set, but this lab starts with {followers} {(followers == 1 ? "follower" : "followers")}; it takes effect when {NodeRoles.FollowerId(number)} is added.";

    private static string? ReadToken(ConfigurationValues values, bool supervised)
    {
        var token = values.Text("Token");
        values.Errors.Require(token is null || (token.Length <= 256 && token.All(c => c is > ' ' and <= '~')), values.NameOf("Token"),
            $"{values.NameOf("Token")} must have 1 to 256 printable ASCII characters without spaces.");
        return token ?? (supervised ? RandomNumberGenerator.GetHexString(32, lowercase: true) : null);
    }

    private static int ReadBasePort(ConfigurationValues values, int followers)
    {
        var port = values.Int("BasePort", 8000, 0, 65_535);
        values.Errors.Require(port + followers <= 65_535, "Cluster:BasePort",
            $"Cluster:BasePort must leave room for {followers} followers below 65536, but is {port}.");
        return port;
    }
}
