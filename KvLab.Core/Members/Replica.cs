using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.Members;

/// <summary>Leading or following; exactly one is there.</summary>
public sealed record ReplicaRole(Leader? Leader, Follower? Follower);

/// <summary>
/// One node's place in the cluster: a leader or a follower over one store, and the way from one to the other. <c>Replica.Peers.cs</c> answers what other
/// replicas ask, <c>Replica.Links.cs</c> keeps the faults of its links, <c>Replica.Reigns.cs</c> changes the role, <c>Replica.Recovery.cs</c> is how a leader that starts comes to
/// its reign.
/// </summary>
/// <remarks>
/// Two never lead in one epoch: who wants to lead has the others refuse every older epoch first (<see cref="IPeerCalls.SealAsync"/>), and no follower gives
/// the same epoch to two: who knows an epoch from one leadership refuses another's messages in it. A leader that learns of a newer epoch steps down. This is a lab's failover and no consensus protocol: the supervisor says who leads.
/// </remarks>
public sealed partial class Replica : IAsyncDisposable
{
    private readonly LeaderOptions _options;
    private readonly IReplicaTransport _transport;
    private readonly IPeerCalls _peers;
    private readonly EventRecorder _events;
    private readonly TimeProvider _time;

    // One change of role at a time.
    private readonly AsyncLock _changes = new();
    private readonly CancellationTokenSource _ended = new();
    private volatile ReplicaRole _role;
    private CancellationTokenSource _reign = new();
    private Repair? _repair;
    private Task _repairing = Task.CompletedTask;
    private int _disposed;

    private Replica(LeaderOptions options, IKeyValueStore store, IReplicaTransport transport, IPeerCalls peers, EventRecorder events, TimeProvider time)
    {
        (_options, Store, _transport, _peers, _events, _time) = (options, store, transport, peers, events, time);
        _role = new ReplicaRole(null, new Follower(events.Node, store, events));
    }

    /// <summary>A follower that waits for a leader.</summary>
    public static Replica Following(
        LeaderOptions options, VersioningMode versioning, IKeyValueStore store, IReplicaTransport transport, IPeerCalls peers, EventRecorder events, TimeProvider time)
    {
        var replica = new Replica(options, store, transport, peers, events, time);
        replica._role.Follower!.Versioning = versioning;
        return replica;
    }

    /// <summary>A leader that is to recover before it accepts writes.</summary>
    /// <exception cref="ArgumentException">The settings do not fit the number of followers, or two followers are one.</exception>
    public static Replica Leading(
        LeaderOptions options, LiveSettings settings, IReadOnlyList<Peer> followers, IKeyValueStore store, IReplicaTransport transport, IPeerCalls peers,
        EventRecorder events, TimeProvider time)
    {
        var replica = new Replica(options, store, transport, peers, events, time);
        replica._role = new ReplicaRole(replica.NewLeader(settings, followers), null);
        return replica;
    }

    public string NodeId => _events.Node;
    public IKeyValueStore Store { get; }
    public ReplicaRole Role => _role;
    public Leader? Leader => _role.Leader;
    public Follower? Follower => _role.Follower;

    /// <summary>Called after the role has changed.</summary>
    public event Action<ReplicaRole>? RoleChanged;

    /// <summary>Told what failed that nobody waits for, and why.</summary>
    public event Action<string, Exception>? Failed;

    /// <summary>The highest epoch and the highest version that this node has ever seen. A reset does not lower it.</summary>
    public async ValueTask<EntryVersion> HighestAsync()
    {
        var (leader, follower) = _role;
        if (leader is not null) return leader.LastVersion;
        var newest = await Store.NewestAsync();
        return new EntryVersion(Math.Max(newest.Epoch, follower!.Epoch), Math.Max(newest.Counter, follower.Highest.Counter));
    }

    private Leader NewLeader(LiveSettings settings, IReadOnlyList<Peer> followers)
    {
        var leader = new Leader(_options, settings, followers, Store, _transport, _events, _time);
        // On its own: the delivery that learnt of it must end before the leader can.
        leader.Deposed += epoch => _ = YieldAsync(leader, epoch);
        BreakLinksOf(leader);
        return leader;
    }

    /// <param name="later">Not before the time between two rounds has passed.</param>
    private void BeginRepair(Leader leader, bool later = false)
    {
        _reign = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        _repair = new Repair(leader, _peers, _time);
        _repairing = _repair.RunAsync(later, _reign.Token);
    }

    /// <summary>What this reign has compared and sent; null for a follower.</summary>
    public RepairTotals? Repairs => _role.Leader is null ? null : _repair?.Totals ?? RepairTotals.None;

    private async Task EndRepairAsync()
    {
        Cancel(_reign);
        await _repairing;
        _repair = null;
        _reign.Dispose();
    }

    // Not CancelAsync, which goes on in the thread pool: Core never leaves its caller's context.
    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    /// <summary>Ends what goes on in the background; an open delivery is the leader's own to end (<see cref="Leader.StopAsync"/>).</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        Cancel(_ended);
        await _repairing;
        _role.Leader?.Dispose();
        _reign.Dispose();
        _ended.Dispose();
    }
}
