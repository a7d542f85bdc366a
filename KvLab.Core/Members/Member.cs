using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Members;

public enum MemberPhase
{
    /// <summary>Answers, but accepts no writes: a leader asks its followers first what they hold.</summary>
    Starting,
    Ready,
    /// <summary>Takes no new writes, delivers what is open.</summary>
    Stopping,
}

/// <summary>
/// One node without a host: its replica, how far it has come, what is wrong with it on purpose, and whom it takes for its leader. A process has one behind its endpoints, a
/// simulated cluster has several. Exactly one of <see cref="Leader"/> and <see cref="Follower"/> is there; a failover changes which.
/// </summary>
/// <param name="leaderUrl">What the node was told at its start; null for nothing.</param>
public class Member(Replica replica, EventRecorder events, TimeProvider time, string? leaderUrl = null)
{
    private readonly long _startedAt = time.GetTimestamp();
    private volatile MemberPhase _phase = MemberPhase.Starting;

    public string Id => Replica.NodeId;
    public Replica Replica { get; } = replica;
    public IKeyValueStore Store => Replica.Store;
    public EventRecorder Events { get; } = events;
    public FaultSwitch Faults { get; } = new(events, time);
    public Leader? Leader => Replica.Leader;
    public Follower? Follower => Replica.Follower;
    public string RoleName => Leader is null ? NodeRoles.Follower : NodeRoles.Leader;

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

    /// <summary>Where this node is reached; set once it listens.</summary>
    public string Url { get; set; } = "";

    /// <summary>What a follower knows of its leader.</summary>
    public KnownLeader KnownLeader { get; } = new(leaderUrl, time);

    /// <summary>Where the leader is reached; null where this node does not know. One that is being replaced knows only that it is not itself.</summary>
    public string? LeaderUrl => Leader is { } leader ? leader.IsDeposed ? null : Url : KnownLeader.Url;

    /// <summary>A leader is ready with its reign: followers are told of it meanwhile, and one of them may be slow.</summary>
    public MemberPhase Phase
    {
        get => _phase == MemberPhase.Starting && Leader is { HasBegun: true } ? MemberPhase.Ready : _phase;
        set => _phase = value;
    }

    /// <summary>It runs, and will answer at this address.</summary>
    public void Begin(string url)
    {
        Url = url;
        Events.Record(EventKind.NodeStarted, detail: url);
    }

    /// <summary>It takes all requests from now on: a leader has come to its reign.</summary>
    public void BecomeReady()
    {
        Phase = MemberPhase.Ready;
        Events.Record(EventKind.NodeReady, settings: Leader?.Settings);
    }

    /// <summary>The clock of the machine that it runs on.</summary>
    public MachineClock Now => MachineClock.Read(time);

    public TimeSpan Uptime => time.GetElapsedTime(_startedAt);

    /// <summary>
    /// The highest epoch and the highest version that this node has ever seen. A reset does not lower it: a leader that starts after a
    /// reset asks for it, and must not use a version twice.
    /// </summary>
    public ValueTask<EntryVersion> HighestAsync() => Replica.HighestAsync();
}
