using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Microsoft.Extensions.Time.Testing;

namespace KvLab.Tests.Dashboard;

/// <summary>Tells an observer what nodes reported, in the words of the protocol, under a hand-operated clock.</summary>
internal sealed class Story
{
    private readonly Dictionary<string, (string Incarnation, long Sequence)> _nodes = [];

    public Story(ClientOutcomes? clients = null, EventTap? tap = null)
    {
        Observer = new ClusterObserver(Time, (settings, followers) => OrderStatistics.MeanMs(settings, followers), tap, clients);
    }

    public FakeTimeProvider Time { get; } = new();
    public ClusterObserver Observer { get; }

    /// <summary>The newest snapshot, whether or not something changed since the last.</summary>
    public ClusterSnapshot Snapshot
    {
        get
        {
            if (Observer.TakeSnapshot() is { } newer) field = newer;
            return field;
        }
    }
    = ClusterSnapshot.Empty;

    /// <summary>A leader and followers that introduced themselves, with standard settings.</summary>
    public static Story OfCluster(int followers, LiveSettings? settings = null)
    {
        var story = new Story();
        story.Join(NodeRoles.Leader, "leader");
        story.Tell("leader", EventKind.NodeReady, settings: settings ?? new LiveSettings { WriteQuorum = Math.Min(3, followers) });
        for (var i = 1; i <= followers; i++) story.Join(NodeRoles.Follower, $"follower-{i}");
        return story;
    }

    public void Join(string role, string node, string incarnation = "first", long oldest = 1, long dropped = 0, string? storage = null, bool storageIsNew = false, bool isStarting = false)
    {
        _nodes[node] = (incarnation, oldest - 1);
        Observer.Tell(new NodeIntroduced(new NodeHello
        {
            Node = node,
            Incarnation = incarnation,
            Role = role,
            Url = $"http://{node}:8000",
            ProcessId = 4711,
            OldestSequence = oldest,
            Dropped = dropped,
            Storage = storage,
            StorageIsNew = storageIsNew,
            IsStarting = isStarting,
        }));
    }

    public void Accept(long version, string key, string value = "\"x\"", bool naive = false, long held = 0) =>
        Tell("leader", EventKind.WriteAccepted, key, version, value, held: held == 0 ? version : held, naive: naive);

    public void Replicate(long version, string key, int required, params (string Follower, double DelayMs)[] deliveries) =>
        Tell("leader", EventKind.ReplicationStarted, key, version, required: required,
            peers: [.. deliveries.Select(d => d.Follower)], delaysMs: [.. deliveries.Select(d => d.DelayMs)]);

    public void Ack(long version, string key, string follower, double elapsedMs, DeliveryOutcome outcome = DeliveryOutcome.Applied, bool late = false, long held = 0) =>
        Tell("leader", EventKind.DeliveryAcked, key, version, peer: follower, held: held == 0 ? version : held, outcome: outcome, elapsedMs: elapsedMs, late: late, attempt: 1);

    public void Answer(long version, string key, int acks, int required, double elapsedMs, bool success = true) =>
        Tell("leader", EventKind.WriteAnswered, key, version, acks: acks, required: required, elapsedMs: elapsedMs,
            reason: success ? "success" : "partial_success", detail: success ? "quorum_reached" : "deadline");

    public void Apply(string follower, long version, string key, string value = "\"x\"", bool naive = false, long held = 0) =>
        Tell(follower, EventKind.EntryApplied, key, version, value, held: held, naive: naive);

    public void Refuse(string follower, long version, string key, long held) =>
        Tell(follower, EventKind.EntryRefused, key, version, held: held);

    public NodeEvent Tell(
        string node, EventKind kind, string? key = null, long version = 0, string? value = null, string? peer = null, long held = 0,
        DeliveryOutcome? outcome = null, double? elapsedMs = null, int? attempt = null, bool late = false, int? acks = null, int? required = null,
        string? reason = null, string? detail = null, string[]? peers = null, double[]? delaysMs = null, LiveSettings? settings = null, bool naive = false,
        bool leaderCounted = false)
    {
        var (incarnation, sequence) = _nodes[node];
        _nodes[node] = (incarnation, sequence + 1);
        var e = new NodeEvent
        {
            Node = node,
            Incarnation = incarnation,
            Sequence = sequence + 1,
            Kind = kind,
            At = Time.GetUtcNow(),
            Key = key,
            Epoch = version == 0 ? 0 : 1,
            Version = version,
            Value = value,
            Peer = peer,
            HeldEpoch = held == 0 ? 0 : 1,
            HeldVersion = held,
            Outcome = outcome,
            ElapsedMs = elapsedMs,
            Attempt = attempt,
            Late = late,
            Acks = acks,
            Required = required,
            Reason = reason,
            Detail = detail,
            Peers = peers,
            DelaysMs = delaysMs,
            Settings = settings,
            Naive = naive,
            LeaderCounted = leaderCounted,
        };
        Send(e);
        return e;
    }

    public void Send(params NodeEvent[] events)
    {
        // What is told next comes after it.
        foreach (var e in events)
            if (_nodes.TryGetValue(e.Node, out var node)) _nodes[e.Node] = (node.Incarnation, Math.Max(node.Sequence, e.Sequence));
        Observer.Tell(new EventsReceived(Batch(events)));
    }

    public void Seed(string node, params (string Key, long Version)[] entries) => Observer.Tell(new NodeSeeded(
        node, _nodes[node].Incarnation, [.. entries.Select(e => new Entry(e.Key, JsonText.Of("seeded"), new EntryVersion(1, e.Version)))], null));

    /// <summary>A test sent an event of its own under the node's next sequence number.</summary>
    public void Skip(string node) => _nodes[node] = (_nodes[node].Incarnation, _nodes[node].Sequence + 1);

    public static EventBatch Batch(NodeEvent[] events, long dropped = 0) =>
        new() { Node = events[0].Node, Incarnation = events[0].Incarnation, Events = events, Dropped = dropped };
}
