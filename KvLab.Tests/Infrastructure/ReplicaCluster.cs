using KvLab.Core.CatchUp;
using KvLab.Core.Members;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>A <see cref="SimulatedCluster"/> in a world of its own, driven step by step: what is asked of it is done when the call returns.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "End ends it; what a world of one thread holds is gone with it.")]
public sealed class ReplicaCluster
{
    private readonly SimulatedCluster _cluster;
    private readonly LiveSettings _settings;

    /// <param name="stores">What a process that starts keeps its entries in; null for memory.</param>
    public ReplicaCluster(VirtualWorld world, int followers, LiveSettings settings, Func<IKeyValueStore>? stores = null)
    {
        (World, _settings) = (world, settings);
        Log = MomentLog.In(world);
        _cluster = new SimulatedCluster(world.Time, followers, settings, Log, stores is null ? null : _ => stores());
        world.Run(_cluster.StartAsync);
    }

    public VirtualWorld World { get; }
    public InMemoryPeers Wire => _cluster.Wire;
    public MomentLog Log { get; }
    public IReadOnlyList<SimulatedNode> Nodes => _cluster.Members;

    /// <summary>The node that leads in the newest epoch, or is about to.</summary>
    public SimulatedNode Leading => Nodes.Where(n => n.Replica.Leader is not null).MaxBy(n => n.Replica.Leader!.Epoch)!;

    public SimulatedNode this[string id] => Nodes.First(n => n.Id == id);

    /// <summary>An empty process in the node's place.</summary>
    public void Launch(SimulatedNode node, bool leads) => _cluster.Launch(node, leads);

    /// <summary>It stands still, as by a signal, or goes on.</summary>
    public static void SetSilent(SimulatedNode node, bool silent) => node.Member.Faults.Signal(silent);

    /// <summary>SIGKILL: nobody listens any more, and what it held is gone.</summary>
    public void Kill(SimulatedNode node)
    {
        Wire.SetAway(node.Peer, true);
        World.Run(async () =>
        {
            // A dead process tries nothing again.
            if (node.Replica.Leader is { } leader) await leader.StopAsync(TimeSpan.Zero);
            await _cluster.EndAsync(node);
        });
    }

    public void Restart(SimulatedNode node, bool leads)
    {
        Launch(node, leads);
        if (leads) World.Run(() => node.Replica.RecoverAsync(SimulatedCluster.Patience));
    }

    /// <summary>A leader that begins when it has heard enough, while the test goes on.</summary>
    public Pending<ReignReport?> BeginRestart(SimulatedNode node, KnownPast? past = null)
    {
        Launch(node, leads: true);
        return World.Start(() => node.Replica.RecoverAsync(SimulatedCluster.Patience, past));
    }

    public ReignReport Promote(SimulatedNode node, bool force = false) =>
        World.Run(() => node.Replica.PromoteAsync(_settings, [.. Nodes.Where(n => n != node).Select(n => n.Peer)], SimulatedCluster.Patience, force: force));

    public WriteResult Write(string key, string value = "x") => World.Run(() => Leading.Replica.Leader!.WriteAsync(key, JsonText.Of(value)));

    /// <summary>Lets the repair do its rounds.</summary>
    public void Repair(double seconds = 5) => World.Advance(seconds * 1000);

    public bool Equal => Nodes.All(n => n.Entries().Count == Leading.Entries().Count && n.Entries().All(e => Leading.Held(e.Key) == e.Value.Version));

    /// <summary>Ends what goes on in the background.</summary>
    public void End() => World.Run(async () => await _cluster.DisposeAsync());
}

internal static class SimulatedNodeContents
{
    public static IReadOnlyDictionary<string, Entry> Entries(this SimulatedNode node) => LabCluster.Entries(node.Replica.Store);

    public static EntryVersion Held(this SimulatedNode node, string key) => node.Entries().TryGetValue(key, out var entry) ? entry.Version : EntryVersion.None;
}
