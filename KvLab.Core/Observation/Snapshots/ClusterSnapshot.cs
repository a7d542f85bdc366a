using System.Collections.Immutable;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Series;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>
/// Everything that the page shows, as of one moment. Immutable; a new one replaces it whole, at most ten times a second.
/// Large parts are persistent collections, so that successive snapshots share what did not change.
/// </summary>
public sealed record ClusterSnapshot
{
    public static readonly ClusterSnapshot Empty = new();

    /// <summary>Grows with every snapshot.</summary>
    public long Revision { get; init; }

    /// <summary>As the leader reported them; null until it did.</summary>
    public LiveSettings? Settings { get; init; }

    /// <summary>Those that were reported first; null until then.</summary>
    public LiveSettings? StartSettings { get; init; }

    /// <summary>Since when writes, lists and counters are counted: the last reset or change of storage.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>The leader first, then the followers in the order of their numbers.</summary>
    public ImmutableArray<NodeView> Nodes { get; init; } = [];

    /// <summary>A row per key.</summary>
    public ImmutableSortedDictionary<string, KeyRow> Keys { get; init; } = ImmutableSortedDictionary<string, KeyRow>.Empty;

    /// <summary>All keys in natural order (k2 before k10).</summary>
    public ImmutableArray<string> KeyOrder { get; init; } = [];

    /// <summary>Changes of keys beyond <see cref="StateLimits.Keys"/>, which have no row.</summary>
    public long EntriesNotShown { get; init; }

    /// <summary>Newest first, at most <see cref="StateLimits.Writes"/>.</summary>
    public ImmutableArray<WriteView> Writes { get; init; } = [];

    public EventLogView Events { get; init; } = EventLogView.Empty;

    public Kpis Kpis { get; init; } = Kpis.Zero;

    /// <summary>Figures of writes, by the settings under which they began.</summary>
    public FiguresView Figures { get; init; } = FiguresView.Empty;

    public ImmutableArray<TelemetryCounters> Telemetry { get; init; } = [];

    /// <summary>Latency of the latest answered writes, oldest first, at most <see cref="StateLimits.LatencyPoints"/>.</summary>
    public ImmutableArray<LatencyPoint> Latencies { get; init; } = [];

    /// <summary>Versions behind per follower over time, oldest first, at most <see cref="StateLimits.LagPoints"/>.</summary>
    public ImmutableArray<LagPoint> Lags { get; init; } = [];

    public DurabilityView Durability { get; init; } = DurabilityView.Empty;

    public AvailabilityView Availability { get; init; } = AvailabilityView.Empty;

    /// <summary>The epoch of the leader; 0 before one has reported it.</summary>
    public long Reign { get; init; }

    /// <summary>Versions of more than one epoch have been told of: a number alone may stand for two writes.</summary>
    public bool ManyEpochs { get; init; }

    /// <summary>What versions and nodes are called as of this snapshot.</summary>
    public Labels Labels => Nodes.IsEmpty ? Labels.Plain with { Epochs = ManyEpochs } : new(ManyEpochs, Leader?.Id);

    /// <summary>Sentences in the words of this snapshot.</summary>
    public Explain Explain => new(Labels);

    /// <summary>The fewest followers that a success needed, since all replicas were seen equal last; a leader that starts has to hear so many nodes that this is enough.</summary>
    public int? SmallestQuorum { get; init; }

    /// <summary>A leader that started and accepts no writes yet, because too few nodes answer; null when none waits.</summary>
    public WaitingView? Waiting { get; init; }

    /// <summary>Writes that replaced leaders took back, newest first, at most <see cref="StateLimits.RolledBack"/>.</summary>
    public ImmutableArray<RolledBackView> RolledBack { get; init; } = [];

    /// <summary>All of them.</summary>
    public long RolledBackCount { get; init; }

    /// <summary>The leader's link to each follower, in the order of their numbers.</summary>
    public ImmutableArray<LinkView> Links { get; init; } = [];

    /// <summary>The nodes on one side of a partition; all others are on the other. Empty: no partition by sides.</summary>
    public ImmutableArray<string> OtherSide { get; init; } = [];

    /// <summary>Comparisons that found a follower lacking something, newest first, at most <see cref="StateLimits.Syncs"/>.</summary>
    public ImmutableArray<SyncView> Syncs { get; init; } = [];

    /// <summary>Reads by which a reader got an older version of a key than it had seen before, or none.</summary>
    public int ReadsBackwards { get; init; }

    /// <summary>Leaders have reigned, and now none does: every node follows, and there is nothing to compare replicas with.</summary>
    public bool NobodyLeads => Reign > 0 && Leader is null;

    /// <summary>No write in flight and no delivery pending, as far as events told; never where nobody leads, or a leader starts, or waits for nodes before it does.</summary>
    public bool Quiescent => Kpis.InFlight == 0 && Kpis.PendingDeliveries == 0 && !NobodyLeads && Waiting is null && !LeaderStarts;

    /// <summary>It has not come to its reign, and accepts no writes.</summary>
    public bool LeaderStarts => Leader?.State == NodeState.Starting;

    /// <summary>Whether a partition separates this node from the leader.</summary>
    public bool IsCutOff(NodeView node) => Leader is { } leader && OtherSide.Contains(node.Id) != OtherSide.Contains(leader.Id);

    public NodeView? Leader => Nodes.FirstOrDefault(n => n.Role == NodeRoles.Leader);
    public IEnumerable<NodeView> Followers => Nodes.Where(n => n.Role == NodeRoles.Follower);
    public bool Naive => Settings?.Versioning == VersioningMode.Naive;
}

/// <param name="For">Nodes that do not answer.</param>
/// <param name="Heard">How many nodes that kept their data were heard, this one included where it kept its own.</param>
/// <param name="Sentence">Whom it waits for, and why.</param>
public sealed record WaitingView(string Node, ImmutableArray<string> For, int Heard, int Needed, string Sentence)
{
    /// <summary>What going on without them gives up.</summary>
    public string AtRisk => For.IsEmpty
        ? "Acknowledged writes may be lost if every node that held them has lost its data."
        : $"Acknowledged writes that only {NameList.And(For)} hold{(For.Length == 1 ? "s" : "")} may be lost.";
}

/// <summary>A write that only a replaced leader had stored, and that it took back.</summary>
/// <param name="Instead">What it holds for the key since then.</param>
public sealed record RolledBackView(string Node, string Key, EntryVersion Version, string? Value, EntryVersion Instead, DateTimeOffset At)
{
    /// <summary>A client is known to have been told that it succeeded: the write is lost.</summary>
    public bool Promised { get; init; }
}

/// <summary>A follower was brought to what the leader holds.</summary>
/// <param name="Rejoined">After it came back or was added; else by anti-entropy.</param>
/// <param name="BytesSent">Keys and values.</param>
/// <param name="BytesCompared">Hashes, keys and versions.</param>
/// <param name="ElapsedMs">From the begin of the comparison to the last ack.</param>
public sealed record SyncView(
    string Leader, string Follower, bool Rejoined, int Entries, long BytesSent, long BytesCompared, double ElapsedMs, DateTimeOffset At);

public enum NodeState
{
    /// <summary>The process is starting, has not introduced itself yet, or does not take all requests yet.</summary>
    Starting,
    Running,
    /// <summary>Known, but its telemetry connection is down.</summary>
    Disconnected,
    /// <summary>Stopped or killed from the page.</summary>
    Stopped,
    /// <summary>Ended by itself.</summary>
    Crashed,
    /// <summary>Frozen from the page: it lives, does nothing, and keeps what it holds.</summary>
    Frozen,
}

public static class NodeStates
{
    /// <summary>Its process is gone, by command or by itself.</summary>
    public static bool IsDown(this NodeState state) => state is NodeState.Stopped or NodeState.Crashed;
}

/// <summary>An event's monotonic ns and this offset are ns on the observer's clock, since it began.</summary>
/// <param name="ErrorNs">0 on one machine: the clocks are one. Else it may be wrong by so much.</param>
public sealed record NodeClock(long OffsetNs, long ErrorNs);

/// <param name="Notice">What people should know, such as "port 8003 was busy, 8009 is used".</param>
/// <param name="Behind">Keys on which this follower is behind or missing.</param>
/// <param name="Refused">Entries refused as stale so far.</param>
/// <param name="LastSeen">When the dashboard last had an event or an ack from it.</param>
public sealed record NodeView(
    string Id, string Role, string Url, int? ProcessId, NodeState State, string? Notice,
    int Behind, long Applied, long Refused, long Failed, int Keys, DateTimeOffset? LastSeen)
{
    /// <summary>Waits so many ms before it handles a request; 0 for a node that is not slow.</summary>
    public double SlowMs { get; init; }

    /// <summary>How far its wall clock is ahead, in ms; versions do not depend on it.</summary>
    public long ClockSkewMs { get; init; }

    /// <summary>How the time of its events stands to the observer's; null where that is not known.</summary>
    [JsonIgnore] public NodeClock? Clock { get; init; }

    public bool Leads => Role == NodeRoles.Leader;

    /// <summary>In headings and lists, with its role.</summary>
    public string Label => NodeWords.Label(Id, Leads);

    /// <summary>In a sentence.</summary>
    public string Name => NodeWords.Name(Id, Leads);

    public const string InMemory = "memory";

    /// <summary>What it keeps its entries in: <c>memory</c>, <c>sqlite</c>, <c>redis</c> or <c>postgres</c>.</summary>
    public string Storage { get; init; } = InMemory;

    /// <summary>What is wrong with its storage, in a sentence; null while that works.</summary>
    public string? StorageProblem { get; init; }

    /// <summary>What its storage's server keeps if it is killed, as that server is set; null where the node says nothing of it.</summary>
    public string? StoragePersistence { get; init; }
}

/// <summary>The link from the leader to one follower. The counts are of messages of writes since the leader started or the last reset, as events told them.</summary>
/// <param name="Faults">As set; <c>dropNext</c> as far as it is left.</param>
/// <param name="RequestsLost">Never applied (at that attempt).</param>
/// <param name="AnswersLost">Applied, but the leader was not told.</param>
public sealed record LinkView(string Follower, LinkFaults Faults, long RequestsLost, long AnswersLost, long Refused);

/// <param name="Leader">What the leader holds.</param>
/// <param name="Cells">By node id; a node without a cell holds nothing for this key.</param>
public sealed record KeyRow(string Key, EntryVersion Leader, string? LeaderValue, ImmutableSortedDictionary<string, ReplicaCell> Cells);

/// <summary>What one node holds for one key, as its events told.</summary>
/// <param name="ChangedAt">Dashboard's monotonic milliseconds of the last change, for the flash.</param>
/// <param name="RefusedAt">Likewise of the last stale refusal; 0 for none.</param>
/// <param name="LastRefused">The version that was refused last.</param>
public sealed record ReplicaCell(EntryVersion Version, string? Value, long ChangedAt, long RefusedAt, EntryVersion LastRefused);

public enum CellState
{
    Fresh,
    Behind,
    Missing,
    /// <summary>Same version, other value; only naive mode can bring it about.</summary>
    Conflict,
    /// <summary>Newer than the leader; only naive mode or a write by hand can bring it about.</summary>
    Ahead,
}

/// <summary>One write with what became of it at each follower.</summary>
/// <param name="Required">W at its start.</param>
/// <param name="ElapsedMs">Null while the client waits.</param>
/// <param name="Reason">Why it was answered then: quorum_reached, quorum_unreachable, deadline, shutdown.</param>
public sealed record WriteView(
    EntryVersion Version, string Key, string? Value, int Required, WriteStatus? Status, int? Acks, double? ElapsedMs,
    string? Reason, bool Naive, DateTimeOffset At, ImmutableArray<DeliveryView> Deliveries)
{
    /// <summary>Whether the leader's own copy was one of the required confirmations, as the setting was when the write began.</summary>
    public bool LeaderCounted { get; init; }

    /// <summary>How long the leader's own storage took, before anything was sent; null for memory.</summary>
    public double? StoredMs { get; init; }
}

/// <param name="DelayMs">What the schedule gave to the first attempt.</param>
/// <param name="CompletedMs">When the leader learnt the outcome, since the start of the write; null while pending.</param>
/// <param name="Held">What the follower held afterwards.</param>
public sealed record DeliveryView(
    string Follower, double DelayMs, DeliveryOutcome Outcome, double? CompletedMs, bool Late, int Attempts, EntryVersion Held, string? Reason)
{
    /// <summary>How long the follower's own storage took, as it told; null for memory, and until it told.</summary>
    public double? StoredMs { get; init; }
}

/// <summary>
/// The key figures. Those of writes are of the writes that began under the settings in force, the latencies over the latest
/// 2,000 of their answers; in flight and pending are whatever is open now.
/// </summary>
public sealed record Kpis(
    long Writes, long Success, long Partial, long RefusedStale, int InFlight, int PendingDeliveries,
    double? MeanMs, double? P50Ms, double? P95Ms, double? P99Ms, double EventsPerSecond, long DroppedEvents)
{
    public static readonly Kpis Zero = new(0, 0, 0, 0, 0, 0, null, null, null, null, 0, 0);

    /// <summary>How many answers mean and percentiles are over.</summary>
    public int Over { get; init; }
}

/// <summary>What came from one node since the dashboard began.</summary>
/// <param name="Received">Distinct events taken in.</param>
/// <param name="Doubles">Events that came again after a reconnect, and were put aside.</param>
/// <param name="Gaps">Sequence numbers that never came.</param>
/// <param name="Dropped">Events that the node itself dropped because its buffer was full.</param>
public sealed record TelemetryCounters(string Node, long Received, long Doubles, long Gaps, long Dropped);

/// <param name="PredictedMs">Exact mean for the settings of that write's moment; null where there is none.</param>
public sealed record LatencyPoint(EntryVersion Version, double ElapsedMs, bool Success, int Required, double? PredictedMs);

/// <param name="SecondsAgoBase">Dashboard's monotonic seconds.</param>
/// <param name="Behind">Per follower id: the sum over keys of the leader's counter positions not yet held (number of keys behind or missing).</param>
public sealed record LagPoint(double SecondsAgoBase, ImmutableSortedDictionary<string, int> Behind);
