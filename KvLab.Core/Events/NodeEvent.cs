using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Events;

/// <summary>
/// One step of one node, immutable. One flat record for all kinds: it is what is sent, filtered, exported and shown,
/// and <see cref="EventKind"/> says which of the optional facts a kind carries. Absent facts cost one byte on the wire.
/// </summary>
[DataContract]
public sealed record NodeEvent
{
    // A busy cluster makes some hundred thousand of these a second: optional numbers and seldom facts are kept in less room than they are told in.
    private readonly long _atTicks;
    private readonly double _elapsedMs = double.NaN;
    private readonly double _delayMs = double.NaN;
    private readonly SeldomFacts? _seldom;

    /// <summary>Node id, <c>leader</c> or <c>follower-3</c>; <c>dashboard</c> for what the supervisor reports.</summary>
    [DataMember(Order = 0)] public required string Node { get; init; }

    /// <summary>One run of the node's process; sequence numbers start at 1 in each.</summary>
    [DataMember(Order = 1)] public required string Incarnation { get; init; }

    /// <summary>1, 2, 3 … without gaps within one incarnation.</summary>
    [DataMember(Order = 2)] public required long Sequence { get; init; }

    [DataMember(Order = 3)] public required EventKind Kind { get; init; }

    /// <summary>Orders events of different nodes; ties break by node id.</summary>
    [DataMember(Order = 4)] public long Lamport { get; init; }

    /// <summary>Nanoseconds on the node's own monotonic clock. Only differences within one incarnation mean anything.</summary>
    [DataMember(Order = 5)] public long MonotonicNs { get; init; }

    /// <summary>The node's wall clock in UTC, for people. Never subtracted.</summary>
    [DataMember(Order = 6)]
    public DateTimeOffset At
    {
        get => new(_atTicks, TimeSpan.Zero);
        init => _atTicks = value.UtcTicks;
    }

    [DataMember(Order = 7)] public string? Key { get; init; }
    [DataMember(Order = 8)] public long Epoch { get; init; }

    /// <summary>The write's version, 0 where the event is about no write.</summary>
    [DataMember(Order = 9)] public long Version { get; init; }

    /// <summary>The first characters of the value.</summary>
    [DataMember(Order = 10)] public string? Value { get; init; }

    /// <summary>The other node: the follower of a delivery, the sender of an entry.</summary>
    [DataMember(Order = 11)] public string? Peer { get; init; }

    [DataMember(Order = 12)] public long HeldEpoch { get; init; }
    [DataMember(Order = 13)] public long HeldVersion { get; init; }
    [DataMember(Order = 14)] public DeliveryOutcome? Outcome { get; init; }

    /// <summary>Since the write began, on the leader's clock.</summary>
    [DataMember(Order = 15)]
    public double? ElapsedMs
    {
        get => double.IsNaN(_elapsedMs) ? null : _elapsedMs;
        init => _elapsedMs = value ?? double.NaN;
    }

    /// <summary>The delay that the schedule gave to this attempt.</summary>
    [DataMember(Order = 16)]
    public double? DelayMs
    {
        get => double.IsNaN(_delayMs) ? null : _delayMs;
        init => _delayMs = value ?? double.NaN;
    }

    /// <summary>1 for the first, 0 for what ended a delivery without an attempt.</summary>
    [DataMember(Order = 17)] public int? Attempt { get; init; }
    [DataMember(Order = 18)] public bool Late { get; init; }
    [DataMember(Order = 19)] public int? Acks { get; init; }
    [DataMember(Order = 20)] public int? Required { get; init; }

    /// <summary>One word out of the list at the <see cref="EventKind"/>.</summary>
    [DataMember(Order = 21)] public string? Reason { get; init; }

    /// <summary>A sentence for people, where the facts do not say it all.</summary>
    [DataMember(Order = 22)] public string? Detail { get; init; }
    [DataMember(Order = 23)] public string[]? Peers { get; init; }
    [DataMember(Order = 24)] public double[]? DelaysMs { get; init; }
    [DataMember(Order = 25)]
    public LiveSettings? Settings
    {
        get => Seldom?.Settings;
        init
        {
            if (value is not null || Seldom is not null) Seldom = (Seldom ?? SeldomFacts.None) with { Settings = value };
        }
    }

    /// <summary>Whether the write ran in naive mode: an older version may have replaced a newer one.</summary>
    [DataMember(Order = 26)] public bool Naive { get; init; }

    /// <summary>The faults of the link to <see cref="Peer"/> from now on.</summary>
    [DataMember(Order = 27)]
    public LinkFaults? Link
    {
        get => Seldom?.Link;
        init
        {
            if (value is not null || Seldom is not null) Seldom = (Seldom ?? SeldomFacts.None) with { Link = value };
        }
    }

    /// <summary>The node's own faults from now on.</summary>
    [DataMember(Order = 28)]
    public NodeFaults? Faults
    {
        get => Seldom?.Faults;
        init
        {
            if (value is not null || Seldom is not null) Seldom = (Seldom ?? SeldomFacts.None) with { Faults = value };
        }
    }

    /// <summary>Keys and values that a comparison of replicas sent to <see cref="Peer"/>.</summary>
    [DataMember(Order = 29)]
    public long? BytesSent
    {
        get => Seldom?.BytesSent;
        init
        {
            if (value is not null || Seldom is not null) Seldom = (Seldom ?? SeldomFacts.None) with { BytesSent = value };
        }
    }

    /// <summary>Hashes, keys and versions that it asked for.</summary>
    [DataMember(Order = 30)]
    public long? BytesCompared
    {
        get => Seldom?.BytesCompared;
        init
        {
            if (value is not null || Seldom is not null) Seldom = (Seldom ?? SeldomFacts.None) with { BytesCompared = value };
        }
    }

    /// <summary>Whether the leader's own copy was one of the <see cref="Required"/> confirmations, as the setting was when the write began.</summary>
    [DataMember(Order = 31)] public bool LeaderCounted { get; init; }

    /// <summary>Of a call to another node.</summary>
    [DataMember(Order = 32)]
    public CallFacts? Call
    {
        get => Seldom?.Call;
        init
        {
            if (value is not null || Seldom is not null) Seldom = (Seldom ?? SeldomFacts.None) with { Call = value };
        }
    }

    /// <summary>Null when the event has none of them, so that events with the same facts are equal.</summary>
    [IgnoreDataMember, JsonIgnore]
    internal SeldomFacts? Seldom
    {
        get => _seldom;
        init => _seldom = value is { IsEmpty: true } ? null : value;
    }

    [IgnoreDataMember, JsonIgnore] public EntryVersion EntryVersion => new(Epoch, Version);
    [IgnoreDataMember, JsonIgnore] public EntryVersion Held => new(HeldEpoch, HeldVersion);
}
