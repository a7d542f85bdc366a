using System.Collections.Immutable;
using System.Net;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Telemetry;

namespace KvLab.Nodes.Options;

/// <summary>
/// Everything that a node is told at its start, already validated; see <see cref="NodeOptionsReader"/> for the names in the environment.
/// What may change while it runs is <see cref="LiveSettings"/>.
/// </summary>
public sealed record NodeOptions
{
    public required NodeRole Role { get; init; }

    /// <summary>Stable name, 1–64 letters, digits, <c>-</c>, <c>_</c> or <c>.</c>; default <c>leader</c>, or <c>follower-n</c> for port 8000 + n.</summary>
    public required string NodeId { get; init; }

    /// <summary>Bind address; anything but loopback needs a <see cref="ClusterToken"/>.</summary>
    public IPAddress Host { get; init; } = IPAddress.Loopback;

    /// <summary>0 … 65535; 0 takes any free port.</summary>
    public int Port { get; init; }

    /// <summary>Where others reach this node; by default made of bind address (or machine name) and port.</summary>
    public string? AdvertisedUrl { get; init; }

    /// <summary>Names under which the node may be called besides loopback, <see cref="AdvertisedUrl"/> and the machine's name; beyond loopback also under any bare address.</summary>
    public ImmutableArray<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether clients' calls (<c>/write</c>, <c>/read</c>, <c>/dump</c>, <c>GET /config</c>) need the token as the cluster's own do; by default where other machines can reach the node.</summary>
    public ClientAccess? ClientAccess { get; init; }

    /// <summary>Leader only, at most <see cref="FollowerList.Longest"/>.</summary>
    public ImmutableArray<Peer> Followers { get; init; } = [];

    /// <summary>Follower only; without it a follower learns the leader's address from the leader's first batch.</summary>
    public string? LeaderUrl { get; init; }

    /// <summary>The live settings to begin with.</summary>
    public LiveSettings Settings { get; init; } = new();

    public string? DashboardUrl { get; init; }

    /// <summary>Shared secret of the cluster; null leaves the cluster calls open, which only loopback allows.</summary>
    public string? ClusterToken { get; init; }

    /// <summary>What the node keeps its entries in.</summary>
    public StorageOption Storage { get; init; } = StorageOption.Memory;

    /// <summary>Sets this lab's name spaces apart from those of others that store in the same place; empty for none.</summary>
    public string Lab { get; init; } = "";

    public OutboxLimits Telemetry { get; init; } = new();

    /// <summary>How long a starting leader waits for all followers, 0 … 600,000 ms, before fewer are enough (<see cref="Hearing"/>); it takes no write before.</summary>
    public TimeSpan RecoveryTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>What whoever starts this node knows of the cluster's past: how many nodes a leader has to hear depends on it.</summary>
    public KnownPast Past { get; init; } = KnownPast.Unknown;

    /// <summary>
    /// A lesson, not for use: the leader asks nobody and counts from 1 again in this epoch, as the seed's does after a restart. Null: it recovers.
    /// </summary>
    public long? ForgetfulEpoch { get; init; }

    /// <summary>What is wrong with the links from the start, by follower; on a follower, for when it leads.</summary>
    public ImmutableArray<KeyValuePair<string, LinkFaults>> LinkFaults { get; init; } = [];

    /// <summary>How long a stopping leader goes on delivering.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a stopping node tries to hand its last events to the dashboard.</summary>
    public TimeSpan FlushTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Never the token: whatever prints a record prints all of it.</summary>
    public override string ToString() => $"{Role} {NodeId} at {Host}:{Port}, stores in {Storage}";

    /// <summary>Whether the node ends with the process that started it.</summary>
    public bool WatchParent { get; init; }
}
