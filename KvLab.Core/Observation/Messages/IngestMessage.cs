using System.Collections.Immutable;
using System.Text.Json.Serialization;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Core.Storage;

namespace KvLab.Core.Observation.Messages;

/// <summary>Everything that can change what an observer knows, in the order in which it learnt it (<see cref="Observed"/>).</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "message")]
[JsonDerivedType(typeof(ObserverBegan), "observer_began")]
[JsonDerivedType(typeof(ClockCompared), "clock_compared")]
[JsonDerivedType(typeof(NodeExpected), "node_expected")]
[JsonDerivedType(typeof(ProcessChanged), "process_changed")]
[JsonDerivedType(typeof(NodeRemoved), "node_removed")]
[JsonDerivedType(typeof(ClusterRenewed), "cluster_renewed")]
[JsonDerivedType(typeof(NodeIntroduced), "node_introduced")]
[JsonDerivedType(typeof(NodeDisconnected), "node_disconnected")]
[JsonDerivedType(typeof(NodeSeeded), "node_seeded")]
[JsonDerivedType(typeof(NodeFroze), "node_froze")]
[JsonDerivedType(typeof(SidesChanged), "sides_changed")]
[JsonDerivedType(typeof(ClientsTold), "clients_told")]
[JsonDerivedType(typeof(LedgerRead), "ledger_read")]
[JsonDerivedType(typeof(PromisesCounted), "promises_counted")]
public abstract record IngestMessage
{
    /// <inheritdoc cref="Observed.Source"/>
    [JsonIgnore] public virtual string Source => ObserverSources.Dashboard;
}

/// <summary>Whose clock the observer's milliseconds are of.</summary>
/// <param name="OriginNs">Raw monotonic time of its machine, in ns, when its milliseconds began.</param>
public sealed record ObserverBegan(string? BootId, long OriginNs) : IngestMessage;

/// <summary>A node on another machine was asked for its raw monotonic time, which is not the observer's.</summary>
/// <param name="OffsetNs">What has to be added to it to have the observer's raw time.</param>
/// <param name="ErrorNs">Half of the time that asking took: it is wrong by no more than this.</param>
public sealed record ClockCompared(string Node, string Incarnation, long OffsetNs, long ErrorNs) : IngestMessage;

/// <summary>The supervisor will start this node there.</summary>
public sealed record NodeExpected(string Node, string Role, string Url, string? Notice) : IngestMessage;

/// <summary>A node's process began or ended, as the supervisor saw it.</summary>
public sealed record ProcessChanged(string Node, NodeState State, int? ProcessId, string? Notice) : IngestMessage;

/// <summary>The node is no longer part of the cluster.</summary>
public sealed record NodeRemoved(string Node) : IngestMessage;

/// <summary>All nodes have ended and start again as another cluster, with other data: what was known of the old one is no measure for it.</summary>
public sealed record ClusterRenewed : IngestMessage;

/// <summary>A node introduced itself over the hub.</summary>
public sealed record NodeIntroduced(NodeHello Hello) : IngestMessage
{
    [JsonIgnore] public override string Source => Hello.Node;
}

/// <summary>A node's telemetry connection ended.</summary>
public sealed record NodeDisconnected(string Node, string Incarnation) : IngestMessage;

public sealed record EventsReceived(EventBatch Batch) : IngestMessage
{
    public override string Source => Batch.Node;

    /// <summary>The batch as it travelled, where it travelled packed (<see cref="EventCodec"/>).</summary>
    public ReadOnlyMemory<byte> Packed { get; init; }

    /// <summary>From the dashboard itself, which cannot wait and takes no node's room.</summary>
    public bool IsOwn { get; init; }
}

/// <summary>What a node held when it was asked: the start for a dashboard that was not there from the first event.</summary>
/// <param name="Settings">The leader's settings; null from a follower.</param>
public sealed record NodeSeeded(string Node, string Incarnation, IReadOnlyList<Entry> Entries, LiveSettings? Settings) : IngestMessage
{
    [JsonIgnore] public override string Source => Node;

    public NodeFaults Faults { get; init; } = NodeFaults.None;

    /// <summary>Of a leader.</summary>
    public IReadOnlyList<LinkReport> Links { get; init; } = [];
}

/// <summary>The dashboard froze the node, or thawed it.</summary>
public sealed record NodeFroze(string Node, bool Frozen) : IngestMessage;

/// <summary>Which nodes are cut off from the others from now on.</summary>
public sealed record SidesChanged(ImmutableArray<string> OtherSide) : IngestMessage;

/// <param name="Success">False: stored, but not confirmed as promised.</param>
public readonly record struct ClientAnswer(AcknowledgedWrite Write, bool Success);

/// <summary>What clients of this dashboard were told of their writes and reads, since the last time.</summary>
/// <param name="Unreachable">Writes that nobody answered, or that were told that nobody takes them.</param>
public sealed record ClientsTold(IReadOnlyList<ClientAnswer> Answers, int Unreachable) : IngestMessage
{
    [JsonIgnore] public override string Source => ObserverSources.Clients;

    /// <summary>What they read meanwhile.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public IReadOnlyList<ReadTold>? Reads { get; init; }

    /// <summary>Reads among those that ended meanwhile by which a reader got an older version of a key than it had seen before, or none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public int Backwards { get; init; }
}

/// <summary>A snapshot was made. That is when series get their next point, and when promises whose report has not come fall due.</summary>
public sealed record PictureTaken : IngestMessage
{
    public static readonly PictureTaken Instance = new();
    [JsonIgnore] public override string Source => ObserverSources.Onlooker;
}

/// <summary>Somebody looked up writes in the ledger, which judges what came in since the last time.</summary>
public sealed record LedgerRead : IngestMessage
{
    public static readonly LedgerRead Instance = new();
    [JsonIgnore] public override string Source => ObserverSources.Onlooker;
}

/// <summary>Somebody has to know all promises now: those count too whose report the leader still owes.</summary>
public sealed record PromisesCounted : IngestMessage
{
    public static readonly PromisesCounted Instance = new();
    [JsonIgnore] public override string Source => ObserverSources.Onlooker;
}
