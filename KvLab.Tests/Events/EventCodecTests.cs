using System.Buffers;
using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Events;

/// <summary>What nodes report arrives as it was recorded, and what nobody packed is refused.</summary>
[Trait("Category", "Unit")]
public sealed class EventCodecTests
{
    private static readonly Gen<string?> Text = Gen.OneOf(Gen.Const((string?)null), Gen.String[0, 8].Select(s => (string?)WellFormed(s)), Gen.Int[0, 3].Select(i => new string?[] { "key-1", "follower-1", "", "clé 漢 😀" }[i]));
    private static readonly Gen<double?> Number = Gen.OneOf(Gen.Const((double?)null), Gen.Double[-1e9, 1e9].Select(d => (double?)d), Gen.Int[0, 2].Select(i => new double?[] { 0, double.MaxValue, double.PositiveInfinity }[i]));
    private static readonly Gen<int?> Whole = Gen.OneOf(Gen.Const((int?)null), Gen.Int.Select(i => (int?)i));
    private static readonly Gen<long> Long = Gen.OneOf(Gen.Long, Gen.Int[0, 3].Select(i => new[] { 0L, 1L, long.MaxValue, long.MinValue }[i]));

    internal static readonly Gen<NodeEvent> Event =
        from numbers in Gen.Select(Long, Long, Long, Long, Long)
        from held in Gen.Select(Long, Long)
        from kind in Gen.Enum<EventKind>()
        from at in Gen.DateTime
        from texts in Gen.Select(Text, Text, Text, Text, Text)
        from times in Gen.Select(Number, Number)
        from counts in Gen.Select(Whole, Whole, Whole)
        from outcome in Gen.OneOf(Gen.Const((DeliveryOutcome?)null), Gen.Enum<DeliveryOutcome>().Select(o => (DeliveryOutcome?)o))
        from flags in Gen.Select(Gen.Bool, Gen.Bool)
        from arrays in Gen.Select(Gen.String[0, 3].Select(WellFormed).Array[0, 4], Gen.Double.Array[0, 4])
        from seldom in Gen.Int[0, 5]
        select new NodeEvent
        {
            Node = "leader",
            Incarnation = "one-run",
            Sequence = numbers.Item1,
            Lamport = numbers.Item2,
            MonotonicNs = numbers.Item3,
            Epoch = numbers.Item4,
            Version = numbers.Item5,
            HeldEpoch = held.Item1,
            HeldVersion = held.Item2,
            Kind = kind,
            At = new DateTimeOffset(DateTime.SpecifyKind(at, DateTimeKind.Utc)),
            Key = texts.Item1,
            Value = texts.Item2,
            Peer = texts.Item3,
            Reason = texts.Item4,
            Detail = texts.Item5,
            ElapsedMs = times.Item1,
            DelayMs = times.Item2,
            Attempt = counts.Item1,
            Acks = counts.Item2,
            Required = counts.Item3,
            Outcome = outcome,
            Late = flags.Item1,
            Naive = flags.Item2,
            Peers = arrays.Item1.Length == 0 ? null : arrays.Item1,
            DelaysMs = arrays.Item2.Length == 0 ? null : arrays.Item2,
            Settings = seldom == 1 ? new LiveSettings { WriteQuorum = 2, Distribution = DelayDistribution.Pareto, Seed = -1, OnShortfall = OnShortfall.Error, Delivery = Delivery.Hinted } : null,
            Link = seldom == 2 ? new LinkFaults { Mode = LinkMode.Swallow, Request = new DirectionFaults { LossPercent = 12.5, DropNext = 3 }, Seed = -9 } : null,
            Faults = seldom == 3 ? new NodeFaults { SlowMs = 2, ClockSkewMs = -70_000, Frozen = true } : null,
            BytesSent = seldom == 4 ? 0 : null,
            BytesCompared = seldom == 4 ? 17 : null,
        };

    private static string WellFormed(string text) => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Pack(params NodeEvent[] events) => Pack(new EventBatch { Node = "leader", Incarnation = "one-run", Dropped = 3, Events = events });

    private static byte[] Pack(EventBatch batch)
    {
        var output = new ArrayBufferWriter<byte>();
        EventCodec.Write(output, batch);
        return output.WrittenSpan.ToArray();
    }

    private static NodeEvent WithoutArrays(NodeEvent e) => e with { Peers = null, DelaysMs = null };

    [Fact]
    public void Whatever_is_packed_is_read_as_it_was() => Event.Array[0, 20].Sample(events =>
    {
        var read = EventCodec.Read(Pack(events));
        Assert.Equal(("leader", "one-run", 3L), (read.Node, read.Incarnation, read.Dropped));
        Assert.Equal(events.Select(WithoutArrays), read.Events.Select(WithoutArrays));
        Assert.Equal(events.Select(e => e.Peers), read.Events.Select(e => e.Peers));
        Assert.Equal(events.Select(e => e.DelaysMs), read.Events.Select(e => e.DelaysMs));
    });

    [Fact]
    public void Whatever_ends_early_is_refused() => Event.Array[1, 3].Sample(events =>
    {
        var whole = Pack(events);
        for (var length = 0; length < whole.Length; length++) Assert.Throws<FormatException>(() => EventCodec.Read(whole.AsSpan(0, length)));
    }, iter: 20);

    [Fact]
    public void What_nobody_packed_is_refused_or_read_and_nothing_else() => Gen.Select(Event.Array[1, 3], Gen.Int[0, 500], Gen.Byte).Sample((events, place, wrong) =>
    {
        var packed = Pack(events);
        packed[place % packed.Length] = wrong;
        try
        {
            EventCodec.Read(packed);
        }
        catch (FormatException)
        {
            // The one exception that the hub answers with a sentence.
        }
    });

    [Fact]
    public void A_text_that_many_events_carry_is_written_once()
    {
        NodeEvent Applied(long n) => new()
        { Node = "leader", Incarnation = "one-run", Sequence = n, Kind = EventKind.EntryApplied, Key = "a-key-of-some-length", Peer = "leader", Version = n, Lamport = 2 * n };
        var (ten, twenty) = (Pack([.. Enumerable.Range(1, 10).Select(n => Applied(n))]).Length, Pack([.. Enumerable.Range(1, 20).Select(n => Applied(n))]).Length);
        Assert.True(twenty - ten <= 10 * 14, $"ten more events take {twenty - ten} bytes");
    }
}
