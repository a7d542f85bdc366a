using System.Buffers;
using KvLab.Core.Analysis;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Tests.Goldens;

namespace KvLab.Tests.Replay;

/// <summary>The one stream of a run, and what every test of replay does with it.</summary>
internal static class RecordedStream
{
    public static ClusterReducer NewReducer() => new((settings, followers) => OrderStatistics.MeanMs(settings, followers));

    public static List<Observed> Of(PlayedRun run)
    {
        var stream = new List<Observed>();
        var pictures = 0;
        foreach (var _ in Observer.Watch(run, 40, stream.Add, Look))
        {
        }

        return stream;

        void Look(ClusterObserver observer, ClusterSnapshot snapshot)
        {
            pictures++;
            if (pictures % 7 == 0 && snapshot.Writes is [var latest, ..]) observer.FindDurability(latest.Version);
            if (pictures % 31 == 0) observer.DurabilityBeyond([.. snapshot.Nodes.Take(2).Select(n => n.Id)], 3);
        }
    }

    /// <summary>The same, with what no run comes to in between: reads, nodes that go and come, other clocks, a cluster that is renewed, batches that come twice.</summary>
    public static List<Observed> Disturbed(List<Observed> stream, Random random)
    {
        var disturbed = new List<Observed>();
        EventsReceived? last = null;
        foreach (var observed in stream)
        {
            disturbed.Add(observed);
            last = observed.What as EventsReceived ?? last;
            if (random.Next(6) == 0) disturbed.Add(new Observed(observed.At, Disturbance(random, observed.At, last)));
        }

        return disturbed;
    }

    private static IngestMessage Disturbance(Random random, ObserverTime at, EventsReceived? last)
    {
        var node = $"follower-{random.Next(1, 6)}";
        return random.Next(14) switch
        {
            0 when random.Next(6) == 0 => new ClusterRenewed(),
            0 => new NodeRemoved(node),
            1 => new NodeExpected(node, NodeRoles.Follower, $"http://{node}", "Its port was busy."),
            2 => new ClockCompared(node, "1", random.Next(1000), random.Next(1000)),
            3 => new NodeFroze(node, random.Next(2) == 0),
            4 => new SidesChanged(random.Next(2) == 0 ? [] : [node]),
            5 => new ProcessChanged(node, (NodeState)random.Next(5), random.Next(100), "It was said so."),
            6 => new NodeIntroduced(new NodeHello { Node = node, Incarnation = $"{random.Next(1, 3)}", Role = NodeRoles.Follower, Url = "http://x", BootId = "boot", Storage = random.Next(3) == 0 ? "sqlite" : null }),
            7 => new NodeDisconnected(node, "1"),
            8 => new ObserverBegan("boot", 12),
            9 => LedgerRead.Instance,
            10 => PromisesCounted.Instance,
            11 when last is not null => last,
            _ => new ClientsTold([new ClientAnswer(new AcknowledgedWrite(new EntryVersion(1, random.Next(1, 60)), $"k{random.Next(12)}", NodeRoles.Leader, 2, 2, at.Utc), random.Next(4) > 0)], random.Next(2))
            {
                Reads = [new ReadTold(random.Next(5), node, "k1", at.Ms * 1000, at.Ms * 1000 + 5, at.Ms * 1000 + 9, 1, 3, random.Next(3) > 0, random.Next(2) == 0, random.Next(2) == 0)],
                Backwards = random.Next(3),
            },
        };
    }

    public static byte[] Keyframe(ClusterReducer reducer)
    {
        var output = new ArrayBufferWriter<byte>();
        reducer.Save(output);
        return output.WrittenSpan.ToArray();
    }

    public static ClusterReducer Load(byte[] keyframe) => ClusterReducer.Load(keyframe, (settings, followers) => OrderStatistics.MeanMs(settings, followers));

    /// <summary>The batches of events among the messages, packed.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Packed(IEnumerable<Observed> stream) => stream.Select(o => o.What).OfType<EventsReceived>().Select(received =>
    {
        if (!received.Packed.IsEmpty) return received.Packed;
        var output = new ArrayBufferWriter<byte>();
        EventCodec.Write(output, received.Batch);
        return output.WrittenMemory;
    });
}
