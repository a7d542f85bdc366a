using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;

namespace KvLab.Bench.Micro;

/// <summary>What a leader of five reports of its writes, event by event as in a run without delays.</summary>
internal sealed class LeaderEvents
{
    public const int PerWrite = 3 + Followers;
    public const string Leader = "leader";

    private const int Followers = 5;
    private const int Quorum = 3;
    private const int Keys = 100;
    private static readonly string[] FollowerNames = [.. Enumerable.Range(1, Followers).Select(n => $"follower-{n}")];
    private static readonly double[] NoDelays = new double[Followers];

    private long _sequence;
    private long _version;

    public static NodeHello Hello(string node, string role) => new()
    {
        Node = node,
        Incarnation = "first",
        Role = role,
        Url = "http://127.0.0.1:8000",
        OldestSequence = 1,
    };

    public static IEnumerable<NodeHello> Everybody() => [Hello(Leader, "leader"), .. FollowerNames.Select(name => Hello(name, "follower"))];

    public EventBatch Batch(int writes) => new() { Node = Leader, Incarnation = "first", Events = [.. Enumerable.Range(0, writes).SelectMany(_ => Write())] };

    private IEnumerable<NodeEvent> Write()
    {
        var version = ++_version;
        var key = $"key-{version % Keys}";
        yield return Next(EventKind.WriteAccepted) with { Value = "\"value\"", HeldEpoch = 1, HeldVersion = version };
        yield return Next(EventKind.ReplicationStarted) with { Required = Quorum, Peers = FollowerNames, DelaysMs = NoDelays };
        for (var f = 0; f < Followers; f++)
        {
            yield return Next(EventKind.DeliveryAcked) with
            {
                Peer = FollowerNames[f],
                HeldEpoch = 1,
                HeldVersion = version,
                Outcome = DeliveryOutcome.Applied,
                ElapsedMs = 0.3 + f * 0.01,
                Attempt = 1,
                Late = f >= Quorum,
            };
            if (f == Quorum - 1) yield return Next(EventKind.WriteAnswered) with { Acks = Quorum, Required = Quorum, ElapsedMs = 0.33, Reason = "success", Detail = "quorum_reached" };
        }

        NodeEvent Next(EventKind kind) => new()
        {
            Node = Leader,
            Incarnation = "first",
            Sequence = ++_sequence,
            Kind = kind,
            Lamport = _sequence,
            MonotonicNs = _sequence * 20_000,
            At = DateTimeOffset.UnixEpoch.AddMicroseconds(_sequence * 20),
            Key = key,
            Epoch = 1,
            Version = version,
        };
    }
}
