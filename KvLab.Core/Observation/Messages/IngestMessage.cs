using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Core.Storage;

namespace KvLab.Core.Observation.Messages;

/// <summary>Everything that can change the state, in the order in which it happened. Only the ingest reader consumes these.</summary>
public abstract record IngestMessage;

/// <summary>The supervisor will start this node there.</summary>
public sealed record NodeExpected(string Node, string Role, string Url, string? Notice) : IngestMessage;

/// <summary>A node's process began or ended, as the supervisor saw it.</summary>
public sealed record ProcessChanged(string Node, NodeState State, int? ProcessId, string? Notice) : IngestMessage;

/// <summary>The node is no longer part of the cluster.</summary>
public sealed record NodeRemoved(string Node) : IngestMessage;

/// <summary>All nodes have ended and start again as another cluster, with other data: what was known of the old one is no measure for it.</summary>
public sealed record ClusterRenewed : IngestMessage;

/// <summary>A node introduced itself over the hub.</summary>
public sealed record NodeIntroduced(NodeHello Hello) : IngestMessage;

/// <summary>A node's telemetry connection ended.</summary>
public sealed record NodeDisconnected(string Node, string Incarnation) : IngestMessage;

public sealed record EventsReceived(EventBatch Batch) : IngestMessage
{
    /// <summary>The batch as it travelled, where it travelled packed (<see cref="EventCodec"/>).</summary>
    public ReadOnlyMemory<byte> Packed { get; init; }

    /// <summary>From the dashboard itself, which cannot wait and takes no node's room.</summary>
    public bool IsOwn { get; init; }
}

/// <summary>What a node held when it was asked: the start for a dashboard that was not there from the first event.</summary>
/// <param name="Settings">The leader's settings; null from a follower.</param>
public sealed record NodeSeeded(string Node, string Incarnation, IReadOnlyList<Entry> Entries, LiveSettings? Settings) : IngestMessage
{
    public NodeFaults Faults { get; init; } = NodeFaults.None;

    /// <summary>Of a leader.</summary>
    public IReadOnlyList<LinkReport> Links { get; init; } = [];
}

/// <summary>The dashboard froze the node, or thawed it.</summary>
public sealed record NodeFroze(string Node, bool Frozen) : IngestMessage;

/// <summary>Which nodes are cut off from the others from now on.</summary>
public sealed record SidesChanged(ImmutableArray<string> OtherSide) : IngestMessage;
