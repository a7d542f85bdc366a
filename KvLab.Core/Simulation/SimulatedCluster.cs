using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;

namespace KvLab.Core.Simulation;

/// <summary>
/// A whole cluster as one object: Core's own members over in-memory links, without ports, processes or threads of its own. What a process is to a real cluster, a
/// <see cref="Member"/> is here. Under a <see cref="VirtualWorld"/> a seed decides everything. <c>SimulatedCluster.Control.cs</c> is what it can be told.
/// </summary>
/// <remarks>Not safe for concurrent use: it belongs to the world, or to the context, that it is run in.</remarks>
public sealed partial class SimulatedCluster
{
    /// <summary>How long a leader that starts waits for followers that are silent.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time;
    private readonly Func<string, IKeyValueStore> _stores;
    private readonly Func<string, IReplicaTransport, IReplicaTransport> _transports;
    private readonly Counting _events;
    private readonly ClusterStart? _begin;
    private LiveSettings _settings;

    /// <param name="events">Is told every step of every node.</param>
    /// <param name="stores">What a process of this node that starts keeps its entries in; null for memory.</param>
    /// <param name="transports">What it sends with, made of the right thing; null for that.</param>
    /// <param name="begin">Where a recorded run stood, to go on from there; null: all are empty.</param>
    public SimulatedCluster(TimeProvider time, int followers, LiveSettings settings, IEventSink events,
        Func<string, IKeyValueStore>? stores = null, Func<string, IReplicaTransport, IReplicaTransport>? transports = null, ClusterStart? begin = null)
    {
        (_time, _settings, _events, _begin) = (time, settings, new Counting(events), begin);
        (_stores, _transports) = (stores ?? (_ => new MemoryStore()), transports ?? ((_, right) => right));
        Wire = new InMemoryPeers(time);
        Members = [.. NodeRoles.Ids(followers).Select(id => new SimulatedNode(new Peer(id, $"http://{id}")))];
        _reigning = begin?.Leads ?? NodeRoles.Leader;
        foreach (var node in Members.Where(n => n.Id != _reigning)) Launch(node, leads: false);
        Launch(Node(_reigning), leads: true);
    }

    public InMemoryPeers Wire { get; }
    public IReadOnlyList<SimulatedNode> Members { get; }

    /// <summary>Who leads in the newest epoch; null where nobody does.</summary>
    public SimulatedNode? Leading => Members.Where(n => n.Leads).MaxBy(n => n.Replica.Leader!.Epoch);

    /// <summary>The first leader begins its reign, or goes on with it.</summary>
    public async Task StartAsync()
    {
        var leader = Node(_reigning);
        if (_begin is null)
        {
            await ReadyAsync(leader, CancellationToken.None);
            return;
        }

        foreach (var node in Members)
            foreach (var entry in _begin.Entries.GetValueOrDefault(node.Id, [])) await node.Replica.Store.ApplyAsync(entry, ApplyRule.LastArrivalWins);
        await leader.Replica.ContinueAsync(_begin.Last, _begin.Open);
        leader.Member.BecomeReady();
    }

    private static async Task ReadyAsync(SimulatedNode leader, CancellationToken cancellation)
    {
        await leader.Replica.RecoverAsync(Patience, cancellation: cancellation);
        leader.Member.BecomeReady();
    }

    /// <summary>An empty process in the node's place.</summary>
    public void Launch(SimulatedNode node, bool leads)
    {
        node.Voice = new Voice(_events);
        var events = new EventRecorder(node.Id, $"{++node.Incarnation}", _time, node.Voice);
        var port = Wire.PortOf(node.Peer);
        var transport = _transports(node.Id, port);
        var replica = leads
            ? Replica.Leading(new LeaderOptions(), _settings with { DelayOrigin = 0 }, [.. OthersOf(node)], _stores(node.Id), transport, port, events, _time)
            : Replica.Following(new LeaderOptions(), _settings.Versioning, _stores(node.Id), transport, port, events, _time);
        node.Member = new Member(replica, events, _time);
        (node.Up, node.Death) = (true, new TaskCompletionSource());
        Wire.Attach(node.Peer, node.Member);
        node.Member.Begin(node.Peer.Url);
        if (!leads) node.Member.BecomeReady();
    }

    /// <summary>Nobody listens any more, and what it held in memory is gone.</summary>
    public async Task EndAsync(SimulatedNode node)
    {
        node.Up = false;
        Wire.SetAway(node.Peer, true);
        node.Death.TrySetResult();
        // A process that is gone says nothing, sends nothing again, and what waited in it for its time never leaves.
        node.Voice.IsSilent = true;
        node.Replica.Leader?.Abandon();
        await node.Replica.DisposeAsync();
        // Who waited for it to thaw learns that nobody is there.
        node.Member.Faults.Signal(stops: false);
    }

    /// <summary>Ends what goes on in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Members) await node.Replica.DisposeAsync();
    }

    private IEnumerable<Peer> OthersOf(SimulatedNode node) => Members.Where(n => n != node).Select(n => n.Peer);

    private sealed class Counting(IEventSink next) : IEventSink
    {
        private readonly Dictionary<(EventKind, string), long> _counts = [];

        public long Of(EventKind kind, string? node) =>
            node is null ? _counts.Where(c => c.Key.Item1 == kind).Sum(c => c.Value) : _counts.GetValueOrDefault((kind, node));

        public void Clear() => _counts.Clear();

        public void Publish(NodeEvent nodeEvent)
        {
            var key = (nodeEvent.Kind, nodeEvent.Node);
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            next.Publish(nodeEvent);
        }
    }
}
