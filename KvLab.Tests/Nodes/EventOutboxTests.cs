using KvLab.Core.Events;
using KvLab.Nodes.Telemetry;
using Xunit;

namespace KvLab.Tests.Nodes;

[Trait("Category", "Unit")]
public sealed class EventOutboxTests
{
    private static NodeEvent Event(long sequence, string? detail = null) =>
        new() { Node = "leader", Incarnation = "i", Sequence = sequence, Kind = EventKind.WriteAccepted, Detail = detail };

    private static EventOutbox With(int events, OutboxLimits limits)
    {
        var outbox = new EventOutbox(limits);
        for (var s = 1; s <= events; s++) outbox.Publish(Event(s));
        return outbox;
    }

    private static IEnumerable<long> Sequences(NodeEvent[] events) => events.Select(e => e.Sequence);

    [Fact]
    public void What_is_not_confirmed_is_given_out_again()
    {
        var outbox = With(3, new OutboxLimits());
        Assert.Equal([1, 2, 3], Sequences(outbox.Take(0)));
        outbox.GiveUpWhatIsUnderWay();
        Assert.Equal([1, 2, 3], Sequences(outbox.Take(0)));
        outbox.Confirm(2);
        Assert.Equal([3], Sequences(outbox.Take(2)));
    }

    [Fact]
    public void A_full_outbox_drops_the_oldest_counts_them_and_leaves_a_gap()
    {
        var outbox = With(130, new OutboxLimits { Events = 100 });
        Assert.Equal(30, outbox.Dropped);
        Assert.Equal(100, outbox.Count);
        Assert.Equal(31, outbox.Take(0)[0].Sequence);
        outbox.Confirm(130);
        Assert.Equal(30, outbox.Dropped);
    }

    [Fact]
    public void An_event_that_was_confirmed_or_may_yet_be_is_not_dropped_when_it_leaves()
    {
        var outbox = With(100, new OutboxLimits { Events = 100 });
        outbox.Take(0);
        for (var s = 101; s <= 150; s++) outbox.Publish(Event(s));
        // 1 … 50 have left the ring while they are under way.
        Assert.Equal(0, outbox.Dropped);
        outbox.Confirm(100);
        Assert.Equal(0, outbox.Dropped);
        Assert.Equal(Enumerable.Range(101, 50).Select(n => (long)n), Sequences(outbox.Take(100)));
    }

    [Fact]
    public void An_event_that_left_while_it_was_under_way_is_dropped_when_its_message_fails()
    {
        var outbox = With(100, new OutboxLimits { Events = 100 });
        outbox.Take(0);
        for (var s = 101; s <= 150; s++) outbox.Publish(Event(s));
        outbox.GiveUpWhatIsUnderWay();
        Assert.Equal(50, outbox.Dropped);
    }

    [Fact]
    public void Some_confirmed_events_are_kept_for_a_dashboard_that_starts_anew()
    {
        var outbox = With(50, new OutboxLimits { History = 20 });
        outbox.Confirm(50);
        Assert.Equal(31, outbox.Oldest);
        Assert.Equal(20, outbox.Take(0).Length);
        Assert.Equal(0, outbox.Dropped);
    }

    [Fact]
    public void A_message_is_bounded_by_count()
    {
        var outbox = With(50, new OutboxLimits { BatchEvents = 20 });
        Assert.Equal(20, outbox.Take(0).Length);
        Assert.Equal(10, outbox.Take(40).Length);
    }

    [Fact]
    public void A_message_is_bounded_by_bytes_but_one_event_always_travels()
    {
        var outbox = new EventOutbox(new OutboxLimits { BatchBytes = 1500 });
        outbox.Publish(Event(1, new string('x', 5000)));
        for (var s = 2; s <= 100; s++) outbox.Publish(Event(s));
        Assert.Single(outbox.Take(0));
        Assert.InRange(outbox.Take(1).Length, 5, 15);
    }

    [Fact]
    public async Task Waiting_ends_with_the_next_event_and_at_once_where_there_is_one()
    {
        var outbox = With(1, new OutboxLimits());
        Assert.True(outbox.WaitForNewerAsync(0, CancellationToken.None).IsCompletedSuccessfully);
        var waiting = outbox.WaitForNewerAsync(1, CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        outbox.Publish(Event(2));
        await waiting;
    }
}
