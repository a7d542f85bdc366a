using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>One node of a <see cref="ReplicaCluster"/>: its address is for ever, its replica is replaced when it starts again.</summary>
public sealed class LabNode(Peer peer)
{
    public Peer Peer { get; } = peer;
    public string Id => Peer.Id;
    public Replica Replica { get; set; } = null!;
    public int Incarnation { get; set; }
    public IReadOnlyDictionary<string, Entry> Entries => LabCluster.Entries(Replica.Store);
    public EntryVersion Held(string key) => Entries.TryGetValue(key, out var entry) ? entry.Version : EntryVersion.None;
}

/// <summary>Whole replicas in a <see cref="VirtualWorld"/>, which change roles, die, return and repair each other as the real nodes do.</summary>
public sealed class ReplicaCluster
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly LiveSettings _settings;
    private readonly Func<IKeyValueStore> _stores;

    /// <param name="stores">What a process that starts keeps its entries in; null for memory.</param>
    public ReplicaCluster(VirtualWorld world, int followers, LiveSettings settings, Func<IKeyValueStore>? stores = null)
    {
        (World, _settings, _stores) = (world, settings, stores ?? (() => new MemoryStore()));
        Wire = new InMemoryPeers(world.Time);
        Log = new MomentLog(e => new Moment(e, world.Now, EntryVersion.None, []));
        Nodes = [.. Enumerable.Range(0, followers + 1).Select(i => i == 0 ? "leader" : $"follower-{i}").Select(id => new LabNode(new Peer(id, $"http://{id}")))];
        foreach (var node in Nodes.Skip(1)) Launch(node, leads: false);
        Launch(Nodes[0], leads: true);
        world.Run(() => Nodes[0].Replica.RecoverAsync(Patience));
    }

    public VirtualWorld World { get; }
    public InMemoryPeers Wire { get; }
    public MomentLog Log { get; }
    public IReadOnlyList<LabNode> Nodes { get; }

    /// <summary>The node that leads in the newest epoch.</summary>
    public LabNode Leading => Nodes.Where(n => n.Replica.Leader is not null).MaxBy(n => n.Replica.Leader!.Epoch)!;

    public LabNode this[string id] => Nodes.First(n => n.Id == id);

    /// <summary>An empty process in the node's place.</summary>
    public void Launch(LabNode node, bool leads)
    {
        var events = new EventRecorder(node.Id, $"{++node.Incarnation}", World.Time, Log);
        var store = _stores();
        var others = Nodes.Where(n => n != node).Select(n => n.Peer).ToList();
        node.Replica = leads
            ? Replica.Leading(new LeaderOptions(), _settings, others, store, Wire, Wire, events, World.Time)
            : Replica.Following(new LeaderOptions(), _settings.Versioning, store, Wire, Wire, events, World.Time);
        Wire.Attach(node.Peer, node.Replica);
        Wire.SetAway(node.Peer, false);
    }

    /// <summary>SIGKILL: nobody listens any more, and what it held is gone.</summary>
    public void Kill(LabNode node)
    {
        Wire.SetAway(node.Peer, true);
        World.Run(async () =>
        {
            // A dead process tries nothing again.
            if (node.Replica.Leader is { } leader) await leader.StopAsync(TimeSpan.Zero);
            await node.Replica.DisposeAsync();
        });
    }

    public void Restart(LabNode node, bool leads)
    {
        Launch(node, leads);
        if (leads) World.Run(() => node.Replica.RecoverAsync(Patience));
    }

    /// <summary>A leader that begins when it has heard enough, while the test goes on.</summary>
    public Pending<ReignReport?> BeginRestart(LabNode node, KnownPast? past = null)
    {
        Launch(node, leads: true);
        return World.Start(() => node.Replica.RecoverAsync(Patience, past));
    }

    public ReignReport Promote(LabNode node, bool force = false) =>
        World.Run(() => node.Replica.PromoteAsync(_settings, [.. Nodes.Where(n => n != node).Select(n => n.Peer)], Patience, force: force));

    public WriteResult Write(string key, string value = "x") => World.Run(() => Leading.Replica.Leader!.WriteAsync(key, JsonText.Of(value)));

    /// <summary>Lets the repair do its rounds.</summary>
    public void Repair(double seconds = 5) => World.Advance(seconds * 1000);

    public bool Equal => Nodes.All(n => n.Entries.Count == Leading.Entries.Count && n.Entries.All(e => Leading.Held(e.Key) == e.Value.Version));

    /// <summary>Ends what goes on in the background.</summary>
    public void End()
    {
        foreach (var node in Nodes) World.Run(async () => await node.Replica.DisposeAsync());
    }
}
