using System.Buffers;
using KvLab.Core.Events;
using KvLab.Core.Keyframes;
using KvLab.Core.Observation.Series;
using Xunit;

namespace KvLab.Tests.Replay;

/// <summary>A log that is filled from the batches before a keyframe holds what the one had that was saved, and loses the same events afterwards.</summary>
[Trait("Category", "Unit")]
public sealed class EventLogKeyframeTests
{
    private const int Capacity = 2_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_filled_log_is_the_one_that_was_saved(int seed)
    {
        var random = new Random(seed);
        var (told, ledgers, last) = (new List<ReadOnlyMemory<byte>>(), new Dictionary<string, SequenceLedger>(), new Dictionary<string, long>());
        var (log, loaded, discarded) = (new EventLog(Capacity), (EventLog?)null, false);
        for (var i = 0; i < 400; i++)
        {
            var (batch, packed) = Batch(random, last);
            told.Add(packed);
            if (!ledgers.TryGetValue(batch.Node, out var ledger)) ledgers.Add(batch.Node, ledger = new SequenceLedger());
            ledger.Begin(batch);
            var first = ledger.TakeIn(batch.Events);
            // As a node's batch comes, large ones packed.
            log.Add(batch.Events, first, packed);
            loaded?.Add(batch.Events, first, packed);
            if (random.Next(60) == 0)
            {
                var position = log.Total - random.Next(30);
                if (position > log.View().First) log.ForgetBefore(position);
                if (loaded is not null && position > loaded.View().First) loaded.ForgetBefore(position);
            }

            if (random.Next(25) == 0)
            {
                loaded = Load(log);
                loaded.Fill(told);
            }

            discarded |= log.View().Discarded > 0;
            if (loaded is not null) Same(log.View(), loaded.View());
        }

        Assert.True(discarded && loaded is not null);
    }

    [Fact]
    public void What_is_not_given_counts_as_fallen_out()
    {
        var (log, last, told) = (new EventLog(Capacity), new Dictionary<string, long>(), new List<ReadOnlyMemory<byte>>());
        var random = new Random(5);
        for (var i = 0; i < 10; i++)
        {
            var (batch, packed) = Batch(random, last, least: 100);
            told.Add(packed);
            log.Add(batch.Events, 0, packed);
        }

        var loaded = Load(log);
        Assert.Equal((0, log.Total), (loaded.View().Count, loaded.View().Discarded));
        loaded.Fill(told.TakeLast(3));
        var view = loaded.View();
        Assert.Equal(log.Total, view.Count + view.Discarded);
        var whole = log.View();
        Assert.InRange(view.Count, 1, whole.Count - 1);
        for (var i = 1; i <= view.Count; i++) Assert.Equal(whole[^i], view[^i]);
        Assert.Throws<InvalidOperationException>(() => loaded.Fill(told));
    }

    private static void Same(EventLogView expected, EventLogView actual)
    {
        Assert.Equal((expected.Count, expected.Discarded, expected.First), (actual.Count, actual.Discarded, actual.First));
        for (var i = 0; i < expected.Count; i += 7) Assert.Equal((expected[i].Node, expected[i].Sequence), (actual[i].Node, actual[i].Sequence));
    }

    private static EventLog Load(EventLog log)
    {
        var writer = new KeyframeWriter();
        log.Save(writer);
        var reader = new KeyframeReader(writer.Written);
        var loaded = EventLog.Load(ref reader, Capacity);
        reader.End();
        return loaded;
    }

    /// <summary>Some batches begin with events that came before, some come after a gap, some are of a new process.</summary>
    private static (EventBatch Batch, ReadOnlyMemory<byte> Packed) Batch(Random random, Dictionary<string, long> last, int least = 1)
    {
        var node = $"n{random.Next(3)}";
        var begins = least == 1 && random.Next(40) == 0;
        var dropped = least == 1 && random.Next(8) == 0 ? 3 : 0;
        var before = begins ? 0 : last.GetValueOrDefault(node);
        var from = Math.Max(1, before + 1 - (least == 1 && random.Next(5) == 0 ? random.Next(20) : 0));
        var process = last[$"{node}-process"] = last.GetValueOrDefault($"{node}-process") + (begins ? 1 : 0);
        var count = random.Next(least, random.Next(3) == 0 ? 200 : least + 30);
        var batch = new EventBatch
        {
            Node = node,
            Incarnation = $"{process}",
            Dropped = dropped,
            Events = [.. Enumerable.Range(0, count).Select(i => new NodeEvent { Node = node, Incarnation = $"{process}", Sequence = from + i + (i > count / 2 ? dropped : 0), Kind = EventKind.NodeReady })],
        };
        last[node] = Math.Max(before, batch.Events[^1].Sequence);
        var output = new ArrayBufferWriter<byte>();
        EventCodec.Write(output, batch);
        return (batch, output.WrittenMemory);
    }
}
