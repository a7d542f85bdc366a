using KvLab.Core.Analysis;
using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>What a test may replace in a cluster; mutants enter here.</summary>
public sealed record LabParts
{
    public LeaderOptions Leader { get; init; } = new();

    /// <summary>What a follower keeps its entries in.</summary>
    public Func<IKeyValueStore> FollowerStore { get; init; } = () => new MemoryStore();

    public Func<IKeyValueStore> LeaderStore { get; init; } = () => new MemoryStore();

    /// <summary>Around the in-memory transport, inside the rough one.</summary>
    public Func<IReplicaTransport, IReplicaTransport> Transport { get; init; } = inner => inner;

    /// <summary>Whether stores give others their turn. Off where a test wants a chain of steps to happen at once.</summary>
    public bool YieldingStores { get; init; } = true;

    public static readonly LabParts Default = new();
}

public sealed record LabFollower(Peer Peer, Follower Node, IKeyValueStore Store)
{
    public ReplicaDump Dump() => new(Peer.Id, LabCluster.Entries(Store), Node.Highest);
}

/// <summary>A call of a client, with its place in the order of events.</summary>
/// <param name="SentAt">How many events had happened when the client sent it.</param>
/// <param name="AnsweredAt">How many had happened when it had its answer.</param>
public sealed record LabWrite(int SentAt, int AnsweredAt, WriteResult Result);

/// <summary>A leader and its followers in a <see cref="VirtualWorld"/>: Core's own classes over the in-memory transport.</summary>
public sealed class LabCluster
{
    private readonly LabParts _parts;
    private int _incarnation;

    public LabCluster(VirtualWorld world, int followers, LiveSettings settings, LabParts? parts = null)
    {
        World = world;
        _parts = parts ?? LabParts.Default;
        Log = new MomentLog(Look);
        Network = new RoughTransport(_parts.Transport(Wire), world);
        Followers = [.. Enumerable.Range(1, followers).Select(i => NewFollower($"follower-{i}"))];
        LeaderStore = _parts.LeaderStore();
        Leader = NewLeader(settings);
    }

    public VirtualWorld World { get; }
    public MomentLog Log { get; }
    public List<StoreStep> Steps { get; } = [];
    public List<LabWrite> Writes { get; } = [];
    public List<LabFollower> Followers { get; }
    public InMemoryTransport Wire { get; } = new();
    public RoughTransport Network { get; }
    public Leader Leader { get; private set; }

    /// <summary>What the leader really holds, without the detours of the world.</summary>
    public IKeyValueStore LeaderStore { get; private set; }

    public LabFollower NewFollower(string id)
    {
        var store = _parts.FollowerStore();
        var events = new EventRecorder(id, "1", World.Time, Log);
        var follower = new LabFollower(new Peer(id, $"http://{id}"), new Follower(id, Observed(id, store), events), store);
        Wire.Attach(follower.Peer, follower.Node);
        return follower;
    }

    /// <summary>Starts another leader with an empty memory in the place of this one, which goes on by itself as a partitioned leader would.</summary>
    public Leader ReplaceLeader(LiveSettings settings)
    {
        LeaderStore = _parts.LeaderStore();
        return Leader = NewLeader(settings);
    }

    private Leader NewLeader(LiveSettings settings)
    {
        var events = new EventRecorder("leader", $"{++_incarnation}", World.Time, Log);
        return new Leader(_parts.Leader, settings, [.. Followers.Select(f => f.Peer)], Observed("leader", LeaderStore), Network, events, World.Time);
    }

    private IKeyValueStore Observed(string node, IKeyValueStore store)
    {
        var observed = new ObservedStore(node, store, Steps);
        return _parts.YieldingStores ? new YieldingStore(observed) : observed;
    }

    public void SetDown(int follower, bool down) => Wire.SetDown(Followers[follower].Peer, down);

    public async Task<WriteResult> WriteAsync(string key, string value = "x", IReadOnlyDictionary<string, double>? delaysMs = null)
    {
        var sentAt = Log.Moments.Count;
        var result = await Leader.WriteAsync(key, JsonText.Of(value), delaysMs);
        Writes.Add(new LabWrite(sentAt, Log.Moments.Count, result));
        return result;
    }

    /// <summary>Begins a write and runs what can run at this instant.</summary>
    public Pending<WriteResult> StartWrite(string key, string value = "x", IReadOnlyDictionary<string, double>? delaysMs = null) =>
        World.Start(() => WriteAsync(key, value, delaysMs));

    /// <summary>Waits until no write is in flight and no delivery pending.</summary>
    public async Task QuiescenceAsync()
    {
        while (!Leader.Status.Quiescent) await Task.Delay(TimeSpan.FromMilliseconds(1), World.Time);
    }

    /// <summary>What a leader asks followers beside replication.</summary>
    public IPeerCalls Calls => new LabPeerCalls(this);

    /// <summary>Has the leader, or another one, send a follower what it lacks.</summary>
    /// <returns>How many entries were sent; null for none of its business.</returns>
    public async Task<int?> SyncAsync(int follower, Leader? leader = null) =>
        (await SyncOf(leader ?? Leader).SyncAsync(Followers[follower].Peer, rejoined: true, (leader ?? Leader).LastVersion))?.Sent;

    /// <summary>The one that works for this leader.</summary>
    public FollowerSync SyncOf(Leader leader)
    {
        if (!_syncs.TryGetValue(leader, out var sync)) _syncs.Add(leader, sync = new FollowerSync(leader, Calls));
        return sync;
    }

    private readonly Dictionary<Leader, FollowerSync> _syncs = [];

    public EntryVersion HeldByLeader(string key) => Held(LeaderStore, key);

    public EntryVersion HeldBy(int follower, string key) => Held(Followers[follower].Store, key);

    public ConvergenceReport Compare() => ConvergenceCheck.Compare(
        new ReplicaDump("leader", Entries(LeaderStore)), [.. Followers.Select(f => f.Dump())], Leader.Status.Quiescent);

    public static Dictionary<string, Entry> Entries(IKeyValueStore store) =>
        store.SnapshotAsync().ToBlockingEnumerable().ToDictionary(e => e.Key);

    private Moment Look(NodeEvent e) => new(
        e, World.Now,
        e.Key is null ? default : Held(LeaderStore, e.Key),
        e.Key is null || Followers is null ? [] : [.. Followers.Select(f => Held(f.Store, e.Key))]);

    // Memory answers at once, so this never blocks.
    private static EntryVersion Held(IKeyValueStore store, string key) => store.GetAsync(key).AsTask().GetAwaiter().GetResult()?.Version ?? EntryVersion.None;
}
