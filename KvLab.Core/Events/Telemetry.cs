using System.Runtime.Serialization;

namespace KvLab.Core.Events;

/// <summary>A node introduces itself to the dashboard, at every (re)connect.</summary>
[DataContract]
public sealed record NodeHello
{
    [DataMember(Order = 0)] public required string Node { get; init; }
    [DataMember(Order = 1)] public required string Incarnation { get; init; }

    /// <summary><c>leader</c> or <c>follower</c>.</summary>
    [DataMember(Order = 2)] public required string Role { get; init; }

    /// <summary>Where the node answers REST calls.</summary>
    [DataMember(Order = 3)] public required string Url { get; init; }

    /// <summary>Process id on the node's own machine.</summary>
    [DataMember(Order = 4)] public int ProcessId { get; init; }

    /// <summary>The oldest event that the node can still send; everything before it was acknowledged or dropped.</summary>
    [DataMember(Order = 5)] public long OldestSequence { get; init; }

    /// <summary>Events dropped so far because the buffer was full.</summary>
    [DataMember(Order = 6)] public long Dropped { get; init; }

    /// <summary>What it keeps its entries in: <c>memory</c>, <c>sqlite</c> …; what is not memory outlives the process.</summary>
    [DataMember(Order = 7)] public string? Storage { get; init; }

    /// <summary>Nothing of an earlier process lay in a storage that outlives processes: it is used for the first time, or somebody removed it.</summary>
    [DataMember(Order = 8)] public bool StorageIsNew { get; init; }

    /// <summary>What the storage's server keeps if it is killed, in a sentence; null where that is no question.</summary>
    [DataMember(Order = 9)] public string? Persistence { get; init; }

    /// <summary>Which start of which machine its monotonic clock belongs to; null where that is not known.</summary>
    [DataMember(Order = 10)] public string? BootId { get; init; }

    /// <summary>Raw monotonic time of its machine, in ns, as this is sent.</summary>
    [DataMember(Order = 11)] public long MonotonicNs { get; init; }

    /// <summary>The same at the moment that its events count from (<see cref="NodeEvent.MonotonicNs"/> = 0).</summary>
    [DataMember(Order = 12)] public long OriginNs { get; init; }

    /// <summary>It does not take all requests yet: a leader has not come to its reign. <c>node_ready</c> says when it does, <c>leader_waiting</c> for whom it waits.</summary>
    [DataMember(Order = 13)] public bool IsStarting { get; init; }
}

/// <summary>Events of one incarnation in the order of their sequence numbers.</summary>
[DataContract]
public sealed record EventBatch
{
    [DataMember(Order = 0)] public required string Node { get; init; }
    [DataMember(Order = 1)] public required string Incarnation { get; init; }

    /// <summary>Events dropped so far because the node's buffer was full; they are missing between two sequence numbers.</summary>
    [DataMember(Order = 2)] public long Dropped { get; init; }
    [DataMember(Order = 3)] public required NodeEvent[] Events { get; init; }
}

/// <summary>The names of the hub and its methods, one place for both ends.</summary>
public static class TelemetryContract
{
    public const string HubPath = "/hubs/node-events";

    /// <summary>(<see cref="NodeHello"/>) → long: the highest sequence number that the dashboard has of this incarnation, 0 for none.</summary>
    public const string Hello = "Hello";

    /// <summary>(<see cref="EventBatch"/>) → long: the highest sequence number that the dashboard now has. The node sends again from there.</summary>
    public const string Report = "Report";

    /// <summary>(bytes: an <see cref="EventBatch"/> as <see cref="EventCodec"/> packs it) → long, as <see cref="Report"/>. What KvLab's own nodes use.</summary>
    public const string ReportPacked = "ReportPacked";

    /// <summary>Header (and query parameter for the hub) that carries the cluster token.</summary>
    public const string TokenHeader = "X-Cluster-Token";
}
