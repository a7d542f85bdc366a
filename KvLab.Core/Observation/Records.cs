using System.Collections.Immutable;
using System.Runtime.InteropServices;
using KvLab.Core.Events;
using KvLab.Core.Keyframes;
using KvLab.Core.Network;
using KvLab.Core.Observation.Figures;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

// The reducer's working copies. They change in place and belong to the ingest reader alone; what leaves it are the immutable views.

internal sealed class NodeRecord(string id)
{
    public string Id { get; } = id;
    public string Role { get; set; } = NodeRoles.Follower;
    public string Url { get; set; } = "";
    public int? ProcessId { get; set; }
    public NodeState State { get; set; } = NodeState.Starting;

    /// <summary>About the address, for as long as the node has it.</summary>
    public string? AddressNotice { get; set; }

    /// <summary>About the process's last change.</summary>
    public string? ProcessNotice { get; set; }

    /// <summary>What it keeps its entries in, as it said.</summary>
    public string Storage { get; set; } = NodeView.InMemory;

    /// <summary>What it holds outlives its process.</summary>
    public bool IsDurable => Storage != NodeView.InMemory;

    /// <summary>What is wrong with its storage; null while that works.</summary>
    public string? StorageProblem { get; set; }

    /// <summary>What its server keeps of what it confirms, in a sentence; null where that is no question.</summary>
    public string? StoragePersistence { get; set; }

    /// <summary>Where its events' time begins, on the raw clock of its machine.</summary>
    public long OriginNs { get; set; }

    /// <summary>How its events' time stands to the observer's; null where that is not known.</summary>
    public NodeClock? Clock { get; set; }

    /// <summary>The highest that it told.</summary>
    public long Lamport { get; set; }

    public bool Stopping { get; set; }

    /// <summary>Its telemetry connection has ended: of this incarnation nothing more comes, unless it connects again.</summary>
    public bool ToldAll { get; set; }

    /// <summary>The dashboard stopped its process; what the node says of its own faults is another matter.</summary>
    public bool Frozen { get; set; }
    public NodeFaults Faults { get; set; } = NodeFaults.None;

    /// <summary>As a leader: its links by follower, as far as they had a fault in this incarnation.</summary>
    public Dictionary<string, LinkRecord> Links { get; } = new(StringComparer.Ordinal);

    public bool StandsStill => Frozen || Faults.Frozen;

    // A node that cannot keep its telemetry connection because it is frozen is frozen.
    private NodeState Shown => StandsStill && State is (NodeState.Running or NodeState.Disconnected or NodeState.Starting) ? NodeState.Frozen : State;

    /// <summary>It was emptied in this incarnation, so its events from there on say all that it holds.</summary>
    public bool Cleared { get; set; }
    public int Behind { get; set; }
    public long Applied { get; set; }
    public long Refused { get; set; }
    public long Failed { get; set; }
    public int Keys { get; set; }
    public DateTimeOffset? LastSeen { get; set; }
    public SequenceLedger Ledger { get; init; } = new();

    /// <summary>The faults of links stay; what they did is of the cluster as it was.</summary>
    public void ForgetCounts()
    {
        Applied = Refused = Failed = 0;
        foreach (var link in Links.Values) link.RequestsLost = link.AnswersLost = link.Refused = 0;
    }

    public NodeView View() =>
        new(Id, Role, Url, ProcessId, Shown, Notice, Behind, Applied, Refused, Failed, Keys, LastSeen)
        {
            SlowMs = Faults.SlowMs,
            ClockSkewMs = Faults.ClockSkewMs,
            Storage = Storage,
            StorageProblem = StorageProblem,
            StoragePersistence = StoragePersistence,
            Clock = Clock,
        };

    private string? Notice => Shown == NodeState.Frozen ? "Frozen: it does nothing and keeps what it holds." : ProcessNotice ?? AddressNotice;
}

internal sealed class LinkRecord
{
    public LinkFaults Faults { get; set; } = LinkFaults.None;
    public long RequestsLost { get; set; }
    public long AnswersLost { get; set; }
    public long Refused { get; set; }

    public LinkView View(string follower) => new(follower, Faults, RequestsLost, AnswersLost, Refused);
}

/// <summary>What a leader did after its last report is known to nobody but its clients.</summary>
internal sealed class GapRecord(string node, DateTimeOffset? lastReport, DateTimeOffset endedAt)
{
    /// <summary>Writes that it took and that no answer is known of.</summary>
    public int Unanswered { get; set; }

    public ReportGap View() => new(node, lastReport, endedAt, Unanswered);

    public void Save(KeyframeWriter writer)
    {
        writer.Text(node);
        writer.TimeOrNone(lastReport);
        writer.Time(endedAt);
        writer.Signed(Unanswered);
    }

    public static GapRecord Load(ref KeyframeReader reader) => new(reader.Text(), reader.TimeOrNone(), reader.Time()) { Unanswered = reader.SignedInt() };
}

internal sealed class CellRecord
{
    public EntryVersion Version { get; set; }
    public string? Value { get; set; }
    public long ChangedAt { get; set; }
    public long RefusedAt { get; set; }
    public EntryVersion LastRefused { get; set; }

    /// <summary>What a durable storage took for <see cref="Version"/>, in ms; null in memory. Single: there may be a million cells.</summary>
    public float? StoredMs { get; set; }

    /// <summary>Counted in its node's <see cref="NodeRecord.Behind"/>.</summary>
    public bool Behind { get; set; }

    public ReplicaCell View() => new(Version, Value, ChangedAt, RefusedAt, LastRefused);
}

internal sealed class KeyRecord(string key)
{
    private static readonly ImmutableSortedDictionary<string, ReplicaCell> NoCells = ImmutableSortedDictionary.Create<string, ReplicaCell>(StringComparer.Ordinal);

    public string Key { get; } = key;
    public EntryVersion Leader { get; set; }
    public string? LeaderValue { get; set; }

    /// <summary>A cell for every node, with <see cref="EntryVersion.None"/> where it holds nothing.</summary>
    public Dictionary<string, CellRecord> Cells { get; } = [];

    public bool IsEmpty => Leader.IsNone && Cells.Values.All(c => c.Version.IsNone);

    public KeyRow View()
    {
        var shown = NoCells.ToBuilder();
        foreach (var (node, cell) in Cells)
        {
            if (!cell.Version.IsNone || cell.RefusedAt > 0) shown.Add(node, cell.View());
        }
        return new KeyRow(Key, Leader, LeaderValue, shown.ToImmutable());
    }
}

internal sealed class DeliveryRecord(string follower, double delayMs)
{
    public string Follower { get; } = follower;
    public double DelayMs { get; } = delayMs;
    public DeliveryOutcome Outcome { get; set; } = DeliveryOutcome.Pending;
    public double? CompletedMs { get; set; }
    public bool Late { get; set; }
    public int Attempts { get; set; } = 1;
    public EntryVersion Held { get; set; }
    public string? Reason { get; set; }
    public double? StoredMs { get; set; }

    /// <summary>Another attempt may come.</summary>
    public bool Open { get; set; } = true;

    public DeliveryView View() => new(Follower, DelayMs, Outcome, CompletedMs, Late, Attempts, Held, Reason) { StoredMs = StoredMs };
}

/// <param name="leader">The node that took it.</param>
/// <param name="period">Whose figures it counts in.</param>
internal sealed class WriteRecord(EntryVersion version, string key, string leader, FigurePeriod period)
{
    private WriteView? _view;

    public EntryVersion Version { get; } = version;
    public string Key { get; } = key;
    public string Leader { get; } = leader;
    public FigurePeriod Period { get; set; } = period;
    public string? Value { get; init; }
    public bool Naive { get; init; }
    public DateTimeOffset At { get; init; }
    public int Required { get; set; }
    public bool LeaderCounted { get; set; }
    public WriteStatus? Status { get; set; }
    public int? Acks { get; set; }
    public double? StoredMs { get; init; }
    public double? ElapsedMs { get; set; }
    public string? Reason { get; set; }
    public double? PredictedMs { get; set; }
    public DeliveryRecord[] Deliveries { get; set; } = [];

    /// <summary>Its leader ended before it reported an answer, which is not known since; null otherwise.</summary>
    public GapRecord? Gap { get; set; }

    /// <summary>The client has its answer, or nobody is left to give one.</summary>
    public bool Answered { get; set; }

    /// <summary>Among the latest writes, which are shown.</summary>
    public bool Shown { get; set; } = true;

    /// <summary>From before the last reset: followed to its end, but not counted any more.</summary>
    public bool Forgotten { get; set; }

    public int OpenDeliveries { get; set; }
    public bool IsClosed => Answered && OpenDeliveries == 0;

    public void Touch() => _view = null;

    public WriteView View() => _view ??= new WriteView(
        Version, Key, Value, Required, Status, Acks, ElapsedMs, Reason, Naive, At,
        ImmutableCollectionsMarshal.AsImmutableArray(Array.ConvertAll(Deliveries, d => d.View())))
    { StoredMs = StoredMs, LeaderCounted = LeaderCounted };
}
