using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Nodes.Options;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Telemetry;

namespace KvLab.Nodes.Member;

/// <summary>What the endpoints of one node work on: a member of the cluster, and what only a process has.</summary>
internal sealed class Node(NodeOptions options, Replica replica, EventRecorder events, TimeProvider time)
    : Core.Members.Member(replica, events, time, options.LeaderUrl)
{
    public NodeOptions Options { get; } = options;

    /// <summary>What the storage is and whether it works.</summary>
    public StorageStatus Storage => Store is DurableStore durable ? durable.Status : StorageStatus.Memory;

    /// <summary>Null where nobody is told: without a dashboard.</summary>
    public TelemetrySender? Telemetry { get; init; }
}
