using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Options;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Telemetry;

namespace KvLab.Nodes.Member;

/// <summary>What the endpoints of one node work on. Exactly one of <see cref="Leader"/> and <see cref="Follower"/> is there; a failover changes which.</summary>
internal sealed class Node(NodeOptions options, Replica replica, EventRecorder events, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private volatile NodePhase _phase = NodePhase.Starting;

    public NodeOptions Options { get; } = options;
    public string Id => Options.NodeId;
    public Replica Replica { get; } = replica;
    public IKeyValueStore Store => Replica.Store;
    /// <summary>What the storage is and whether it works.</summary>
    public StorageStatus Storage => Store is DurableStore durable ? durable.Status : StorageStatus.Memory;
    public EventRecorder Events { get; } = events;
    public FaultSwitch Faults { get; } = new(events, time);
    public Leader? Leader => Replica.Leader;
    public Follower? Follower => Replica.Follower;
    public string RoleName => (Leader is null ? NodeRole.Follower : NodeRole.Leader).Name();

    /// <summary>The highest epoch that it has seen.</summary>
    public long KnownEpoch
    {
        get
        {
            // Both at once: a change of roles in between would leave neither.
            var (leader, follower) = Replica.Role;
            return leader?.Epoch ?? follower!.Epoch;
        }
    }

    /// <summary>Null where nobody is told: without a dashboard.</summary>
    public TelemetrySender? Telemetry { get; init; }

    /// <summary>Where this node is reached; set once it listens.</summary>
    public string Url { get; set; } = "";

    /// <summary>What a follower knows of its leader.</summary>
    public KnownLeader KnownLeader { get; } = new(options.LeaderUrl, time);

    /// <summary>Where the leader is reached; null where this node does not know. One that is being replaced knows only that it is not itself.</summary>
    public string? LeaderUrl => Leader is { } leader ? leader.IsDeposed ? null : Url : KnownLeader.Url;

    /// <summary>A leader is ready with its reign: followers are told of it meanwhile, and one of them may be slow.</summary>
    public NodePhase Phase
    {
        get => _phase == NodePhase.Starting && Leader is { HasBegun: true } ? NodePhase.Ready : _phase;
        set => _phase = value;
    }

    public TimeSpan Uptime => time.GetElapsedTime(_startedAt);

    /// <summary>
    /// The highest epoch and the highest version that this node has ever seen. A reset does not lower it: a leader that starts after a
    /// reset asks for it, and must not use a version twice.
    /// </summary>
    public ValueTask<EntryVersion> HighestAsync() => Replica.HighestAsync();
}

internal enum NodePhase
{
    /// <summary>Answers, but takes no writes: a leader asks its followers first what they hold.</summary>
    Starting,
    Ready,
    /// <summary>Takes no new writes, delivers what is open.</summary>
    Stopping,
}
