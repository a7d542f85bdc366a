using System.Buffers;
using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class EventLogTests
{
    [Fact]
    public void The_event_log_keeps_the_newest_counts_what_fell_out_and_never_changes_a_view()
    {
        var log = new EventLog(capacity: 3 * GrowingRun.Capacity);
        for (var n = 1L; n <= 700; n++) log.Add(NewEvent(n));
        var early = log.View();
        for (var n = 701L; n <= 5000; n++) log.Add(NewEvent(n));
        var late = log.View();

        Assert.Equal(Enumerable.Range(1, 700).Select(n => (long)n), early.NewestFirst().Reverse().Select(e => e.Sequence));
        Assert.Equal(5000, late[late.Count - 1].Sequence);
        Assert.Equal(5000, late.Count + late.Discarded);
        Assert.InRange(late.Count, 2 * GrowingRun.Capacity, 3 * GrowingRun.Capacity);
        Assert.Equal(late.Discarded + 1, late[0].Sequence);
    }

    [Fact]
    public void What_the_event_log_keeps_packed_reads_like_what_it_keeps_open() =>
        Gen.Select(Gen.Int[1, 3 * EventLog.LeastPacked], Gen.Int[0, 5], Gen.Bool).Array[1, 40].Sample(batches =>
        {
            var log = new EventLog(capacity: 4 * GrowingRun.Capacity);
            var (all, views) = (new List<long>(), new List<EventLogView>());
            foreach (var (fresh, known, isPacked) in batches)
            {
                var first = Math.Min(known, all.Count);
                var events = Enumerable.Range(all.Count + 1 - first, first + fresh).Select(n => NewEvent(n)).ToArray();
                log.Add(events, first, isPacked ? Pack(events) : default);
                all.AddRange(events.Skip(first).Select(e => e.Sequence));
                views.Add(log.View());
            }

            foreach (var view in views)
            {
                var expected = Enumerable.Range(1, (int)view.Discarded + view.Count).Select(n => (long)n).Skip((int)view.Discarded);
                Assert.Equal(expected, view.NewestFirst().Reverse().Select(e => e.Sequence));
            }
            Assert.Equal(all.Count, views[^1].Discarded + views[^1].Count);
            Assert.InRange(views[^1].Count, Math.Min(all.Count, 2 * GrowingRun.Capacity), 4 * GrowingRun.Capacity);
        });

    private static NodeEvent NewEvent(long n) => new() { Node = "n", Incarnation = "a", Sequence = n, Kind = EventKind.EntryApplied };

    private static ReadOnlyMemory<byte> Pack(NodeEvent[] events)
    {
        var output = new ArrayBufferWriter<byte>();
        EventCodec.Write(output, new EventBatch { Node = "n", Incarnation = "a", Events = events });
        return output.WrittenMemory;
    }
}
