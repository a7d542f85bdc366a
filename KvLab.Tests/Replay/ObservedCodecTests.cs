using System.Buffers;
using System.Reflection;
using System.Text.Json.Serialization;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Dashboard;
using Xunit;

namespace KvLab.Tests.Replay;

[Trait("Category", "Unit")]
public sealed class ObservedCodecTests
{
    private static readonly ObserverTime At = new(4711, new DateTimeOffset(2026, 11, 26, 20, 0, 0, 123, TimeSpan.Zero));

    internal static readonly IngestMessage[] OneOfEach =
    [
        new ObserverBegan("boot", 12),
        new ClockCompared("leader", "i", -12, 3),
        new NodeExpected("follower-1", NodeRoles.Follower, "http://127.0.0.1:8009", "Port 8001 was busy."),
        new ProcessChanged("leader", NodeState.Crashed, null, null),
        new NodeRemoved("follower-9"),
        new ClusterRenewed(),
        new NodeIntroduced(new NodeHello { Node = "leader", Incarnation = "i", Role = NodeRoles.Leader, Url = "http://x", OldestSequence = 3, Storage = "sqlite" }),
        new NodeDisconnected("leader", "i"),
        new NodeSeeded("leader", "i", [new Entry("kü", JsonText.Parse("""{"a":[1,"ä"]}"""), new EntryVersion(2, 7))], new LiveSettings { WriteQuorum = 2 })
        {
            Faults = new NodeFaults { SlowMs = 1.5 },
            Links = [new LinkReport("follower-1", LinkFaults.Partition, LinkCounts.None)],
        },
        new NodeFroze("follower-2", true),
        new SidesChanged(["follower-1", "follower-2"]),
        new ClientsTold([new ClientAnswer(new AcknowledgedWrite(new EntryVersion(1, 5), "k", "leader", 2, 2, At.Utc), true)], 3) { Reads = [new ReadTold(4, "follower-1", "kü", 1, 2, 3, 1, 5, true, false, true)] },
        new ClientsTold([], 0) { Backwards = 2 },
        PictureTaken.Instance,
        LedgerRead.Instance,
        PromisesCounted.Instance,
        new EventsReceived(Story.Batch([new NodeEvent { Node = "leader", Incarnation = "i", Sequence = 1, Kind = EventKind.NodeReady, Settings = new LiveSettings() }])),
    ];

    [Fact]
    public void Every_kind_of_message_can_be_written_and_there_is_a_sample_of_each()
    {
        var kinds = typeof(IngestMessage).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(IngestMessage))).ToHashSet();
        Assert.True(kinds.SetEquals(OneOfEach.Select(m => m.GetType())));
        var named = typeof(IngestMessage).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType).ToHashSet();
        Assert.True(named.SetEquals(kinds.Except([typeof(PictureTaken), typeof(EventsReceived)])));
    }

    [Fact]
    public void What_is_read_is_what_was_written_and_is_written_the_same_again()
    {
        foreach (var message in OneOfEach)
        {
            var bytes = Bytes(new Observed(At, message));
            var read = ObservedCodec.Read(bytes);
            Assert.Equal((At, message.GetType(), message.Source), (read.At, read.What.GetType(), read.Source));
            Assert.Equal(bytes, Bytes(read));
        }
    }

    [Fact]
    public void A_batch_that_came_packed_stays_packed_and_one_of_the_dashboard_stays_its_own()
    {
        var batch = ((EventsReceived)OneOfEach[^1]).Batch;
        var packed = new ArrayBufferWriter<byte>();
        EventCodec.Write(packed, batch);
        var read = (EventsReceived)ObservedCodec.Read(Bytes(new Observed(At, new EventsReceived(batch) { Packed = packed.WrittenMemory }))).What;
        Assert.Equal(packed.WrittenMemory.ToArray(), read.Packed.ToArray());
        Assert.False(read.IsOwn);
        Assert.True(((EventsReceived)ObservedCodec.Read(Bytes(new Observed(At, new EventsReceived(batch) { IsOwn = true }))).What).IsOwn);
    }

    /// <summary>A tape may have been cut or altered: whatever is not one is refused, and nothing else is thrown.</summary>
    [Fact]
    public void What_was_cut_or_altered_is_read_or_refused_and_never_breaks_the_reader()
    {
        var random = new Random(7);
        var refused = 0;
        foreach (var good in OneOfEach.Select(m => Bytes(new Observed(At, m))))
        {
            for (var i = 0; i < 300; i++)
            {
                var bad = good[..(i % 3 == 0 ? random.Next(good.Length) : good.Length)];
                if (bad.Length > 0 && i % 3 != 0) bad[random.Next(bad.Length)] = (byte)random.Next(256);
                try
                {
                    ObservedCodec.Read(bad);
                }
                catch (FormatException)
                {
                    refused++;
                }
            }
        }

        Assert.True(refused > 300);
    }

    private static byte[] Bytes(Observed observed)
    {
        var output = new ArrayBufferWriter<byte>();
        ObservedCodec.Write(output, observed);
        return output.WrittenSpan.ToArray();
    }
}
