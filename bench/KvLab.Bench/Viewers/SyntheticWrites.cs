using System.Globalization;
using KvLab.Core.Events;
using KvLab.Core.Network;

namespace KvLab.Bench.Viewers;

/// <summary>The events of a cluster of six nodes that is written to, without the cluster: all that its nodes would report of one write after the other.</summary>
internal sealed class SyntheticWrites(int keys)
{
    public const int PerWrite = 3 + 2 * Followers;
    private const int Followers = 5;

    private static readonly string[] Nodes = ["leader", .. Enumerable.Range(1, Followers).Select(n => $"follower-{n}")];
    private static readonly string[] Peers = Nodes[1..];
    private static readonly double[] Delays = new double[Followers];

    private readonly long[] _sequences = new long[1 + Followers];
    private readonly string[] _keys = [.. Enumerable.Range(1, keys).Select(k => string.Create(CultureInfo.InvariantCulture, $"k{k}"))];
    private long _version;

    public static IEnumerable<NodeHello> Hellos => Nodes.Select((name, i) => new NodeHello
    {
        Node = name,
        Incarnation = "bench",
        Role = i == 0 ? "leader" : "follower",
        // Nobody listens there, and nobody is asked.
        Url = "http://127.0.0.1:1",
        OldestSequence = 1,
    });

    /// <summary>What each node reports of the next writes.</summary>
    public IReadOnlyList<EventBatch> Next(int writes)
    {
        var events = Nodes.Select(_ => new List<NodeEvent>(writes * (3 + Followers))).ToArray();
        for (var i = 0; i < writes; i++)
        {
            _version++;
            Add(events, 0, EventKind.WriteAccepted, e => e with { Value = "\"a value\"" });
            Add(events, 0, EventKind.ReplicationStarted, e => e with { Peers = Peers, DelaysMs = Delays, Required = 3 });
            for (var f = 1; f <= Followers; f++)
            {
                Add(events, f, EventKind.EntryApplied, e => e with { Value = "\"a value\"" });
                var follower = Nodes[f];
                Add(events, 0, EventKind.DeliveryAcked, e => e with { Peer = follower, Outcome = DeliveryOutcome.Applied, HeldEpoch = 1, HeldVersion = _version, ElapsedMs = 1.5, Attempt = 1 });
            }

            Add(events, 0, EventKind.WriteAnswered, e => e with { Reason = "success", Acks = 3, Required = 3, ElapsedMs = 1.5 });
        }

        return [.. Nodes.Select((name, i) => new EventBatch { Node = name, Incarnation = "bench", Events = [.. events[i]] })];
    }

    private void Add(List<NodeEvent>[] events, int node, EventKind kind, Func<NodeEvent, NodeEvent> facts) => events[node].Add(facts(new NodeEvent
    {
        Node = Nodes[node],
        Incarnation = "bench",
        Sequence = ++_sequences[node],
        Kind = kind,
        Lamport = _version,
        At = DateTimeOffset.UtcNow,
        Key = _keys[_version % _keys.Length],
        Epoch = 1,
        Version = _version,
    }));
}
