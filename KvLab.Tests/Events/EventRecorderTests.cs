using KvLab.Core.Events;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Events;

[Trait("Category", "Unit")]
public sealed class EventRecorderTests
{
    private readonly RecordedEvents _sink = new();

    /// <summary>On real threads: numbers without gap in the order in which the sink sees them, Lamport time rising with them.</summary>
    [Fact]
    public async Task Sequence_numbers_have_no_gap_and_Lamport_time_rises_with_them_under_16_threads()
    {
        const int threads = 16, each = 1000;
        var recorder = new EventRecorder("leader", "i", TimeProvider.System, _sink);
        await Task.WhenAll(Enumerable.Range(0, threads).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < each; i++)
            {
                if (i % 3 == 0) recorder.Lamport.Witness(i * t);
                recorder.Record(EventKind.WriteAccepted);
            }
        }, TestContext.Current.CancellationToken)));

        Assert.Equal(Enumerable.Range(1, threads * each).Select(i => (long)i), _sink.All.Select(e => e.Sequence));
        Assert.All(_sink.All.Zip(_sink.All.Skip(1)), pair => Assert.True(pair.First.Lamport < pair.Second.Lamport && pair.First.MonotonicNs <= pair.Second.MonotonicNs));
    }

    [Fact]
    public void An_event_carries_node_incarnation_and_both_clocks()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2025, 3, 4, 5, 6, 7, TimeSpan.Zero));
        var recorder = new EventRecorder("follower-3", "second life", time, _sink);
        time.Advance(TimeSpan.FromMilliseconds(1.5));
        recorder.Record(EventKind.StoreCleared);

        var e = Assert.Single(_sink.All);
        Assert.Equal(("follower-3", "second life", 1_500_000L, time.GetUtcNow()), (e.Node, e.Incarnation, e.MonotonicNs, e.At));
    }

    [Fact]
    public void A_step_after_a_message_is_later_than_the_message_and_returns_the_time_for_the_next_one()
    {
        var recorder = new EventRecorder("leader", "i", TimeProvider.System, _sink);
        recorder.Lamport.Witness(100);
        var at = recorder.Record(EventKind.DeliveryAcked);
        Assert.Equal(at, _sink.All[0].Lamport);
        Assert.True(at > 100);
        Assert.True(recorder.Record(EventKind.DeliveryAcked) > at);
    }

    [Fact]
    public void Versions_are_put_together_again_from_their_fields()
    {
        new EventRecorder("leader", "i", TimeProvider.System, _sink).Record(
            EventKind.EntryRefused, version: new EntryVersion(2, 3), held: new EntryVersion(4, 5));
        Assert.Equal((new EntryVersion(2, 3), new EntryVersion(4, 5)), (_sink.All[0].EntryVersion, _sink.All[0].Held));
    }
}
