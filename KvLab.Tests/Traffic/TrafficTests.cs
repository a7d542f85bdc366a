using KvLab.Core.Events;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Simulation;
using KvLab.Tests.Goldens;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Stories;
using Xunit;

namespace KvLab.Tests.Traffic;

[Trait("Category", "Scenario")]
public sealed class TrafficTests
{
    public static TheoryData<string> Runs => ["story-duplicate", "story-failover-w1", "story-freeze", "story-lost-ack", "story-crash-and-catch-up", "chaos-1", "chaos-2", "chaos-3", "chaos-77"];

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_attempt_that_was_sent_is_one_trip_and_time_never_runs_backwards_on_it(string name)
    {
        var steps = TwoEnds.Steps(PlayedRun.Of(name));
        var trips = TwoEnds.Book(steps).Trips.Copy();
        var sent = steps.Sum(s => s.Event.Kind switch { EventKind.ReplicationStarted => s.Event.Peers!.Length, EventKind.DeliveryRetried => 1, _ => 0 });
        Assert.True(sent > 0);
        Assert.Equal(sent, trips.Count(t => !t.Is(TripFacts.Copy)));
        Assert.All(trips, t =>
        {
            Assert.False(t.Is(TripFacts.Unsent), $"{t.Id} was never sent.");
            if (t.Is(TripFacts.Arrived)) Assert.True(t.SentNs <= t.ArrivedNs && t.SentLamport < t.ArrivedLamport, $"{t.Id} arrived before it was sent.");
            if (t.Is(TripFacts.Arrived) && t.Is(TripFacts.Returned)) Assert.True(t.ArrivedNs <= t.ReturnedNs && t.ArrivedLamport < t.ReturnedLamport, $"{t.Id} was answered before it arrived.");
        });

        // What arrived at followers is told there, attempt by attempt; all of it has a trip.
        var arrivals = steps.Count(s => s.Event is { Attempt: > 0, Kind: EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate or EventKind.MessageFenced });
        Assert.Equal(arrivals, trips.Count(t => t.Is(TripFacts.Arrived)));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void In_whatever_order_nodes_report_the_same_messages_come_out(string name)
    {
        var steps = TwoEnds.Steps(PlayedRun.Of(name));
        var told = Texts(TwoEnds.Book(steps));
        for (var seed = 1; seed <= 5; seed++) Assert.Equal(told, Texts(TwoEnds.Book(TwoEnds.Shuffled(steps, seed))));

        static string[] Texts(TrafficBook book) =>
            [.. book.Trips.Copy().Where(t => !t.Is(TripFacts.Copy)).Select(t => $"{t.Id} {t.Key} {t.Leader} {t.SentNs} {t.ArrivedNs} {t.ReturnedNs} {t.Outcome} {t.DelayMs}").Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void A_burst_of_10_000_writes_has_a_request_and_an_answer_for_each_follower_and_no_more()
    {
        var world = new VirtualWorld(7) { StepLimit = 20_000_000 };
        var run = new SimulatedRun(world);
        world.Run(async () =>
        {
            for (var i = 0; i < 10_000; i++) await run.Cluster.WriteAsync($"k{i % 100}", $"{i}", null, CancellationToken.None);
            while (!await run.Cluster.IsQuietAsync(CancellationToken.None)) await Task.Delay(TimeSpan.FromMilliseconds(10), world.Time);
        });
        var messages = new MessageQuery(Limit: MessageQuery.MostRows).Of(Copy(TwoEnds.Book(run.Log.Moments.Select(m => ((long)m.At.TotalNanoseconds + 1, m.Event)))));
        Assert.Equal(50_000, messages.Count(m => m is { Kind: MessageKind.Request, Attempt: 1 }));
        Assert.Equal(50_000, messages.Count(m => m is { Kind: MessageKind.Answer, Attempt: 1 }));
        Assert.Equal(100_000, messages.Count);
        Assert.All(messages, m => Assert.True(m.ArrivedAt >= m.SentAt && m.LamportArrived > m.LamportSent));
        // W = 1: of each write one ack decided, and four came late.
        Assert.Equal(10_000, messages.Count(m => m.Outcome == MessageOutcome.Decided));
        Assert.Equal(40_000, messages.Count(m => m.Outcome == MessageOutcome.Late));
    }

    [Fact]
    public void An_older_write_that_comes_after_a_newer_one_is_an_inversion_and_so_are_those_that_it_came_after()
    {
        var messages = TwoEnds.Messages(PlayedRun.Of("story-out-of-order"));
        var inverted = messages.Where(m => m.Inversion).ToArray();
        Assert.All(inverted, m => Assert.Equal("follower-1", m.To));
        Assert.Equal([1, 2, 3], inverted.Select(m => m.Version).Order());
        Assert.Contains(inverted, m => m.Outcome == MessageOutcome.Superseded);
    }

    [Fact]
    public void A_lost_ack_was_applied_and_its_answer_is_lost_and_the_second_attempt_is_a_duplicate()
    {
        var messages = TwoEnds.Messages(PlayedRun.Of("story-lost-ack"));
        var lost = Assert.Single(messages, m => m.Outcome == MessageOutcome.Lost);
        Assert.Equal((MessageKind.Answer, "follower-1", 1, null), (lost.Kind, lost.From, lost.Attempt, lost.ArrivedAt));
        Assert.Equal(MessageOutcome.Applied, messages.Single(m => m.Kind == MessageKind.Request && m.Version == lost.Version && m.To == "follower-1" && m.Attempt == 1).Outcome);
        var again = messages.Single(m => m.Kind == MessageKind.Request && m.Version == lost.Version && m.To == "follower-1" && m.Attempt == 2);
        Assert.Equal(MessageOutcome.Duplicate, again.Outcome);
        Assert.True(again.SentAt > lost.SentAt);
    }

    [Fact]
    public void A_message_that_the_network_doubled_is_two_and_nobody_waits_for_the_answer_of_the_second()
    {
        var messages = TwoEnds.Messages(PlayedRun.Of("story-duplicate"));
        var copies = messages.Where(m => m is { Copy: true, Kind: MessageKind.Request }).ToArray();
        Assert.NotEmpty(copies);
        Assert.All(copies, c => Assert.Equal(MessageOutcome.Duplicate, c.Outcome));
        Assert.All(messages.Where(m => m is { Copy: true, Kind: MessageKind.Answer }), a => Assert.Equal((MessageOutcome.GivenUp, null), (a.Outcome, a.ArrivedAt)));
    }

    [Fact]
    public void Messages_are_found_by_node_key_time_and_ends()
    {
        var run = PlayedRun.Of("chaos-1");
        var all = TwoEnds.Messages(run);
        var some = all[all.Count / 2];
        Check(new MessageQuery(Key: some.Key), m => m.Key == some.Key);
        Check(new MessageQuery(Node: "follower-2"), m => m.From == "follower-2" || m.To == "follower-2");
        Check(new MessageQuery(Sender: some.From, Receiver: some.To), m => m.From == some.From && m.To == some.To);
        Check(new MessageQuery(From: some.SentAt), m => (m.SentAt ?? m.ArrivedAt) >= some.SentAt);
        Check(new MessageQuery(To: some.SentAt), m => (m.SentAt ?? m.ArrivedAt) <= some.SentAt);
        Assert.Equal(all.Take(7).Select(m => m.Id), TwoEnds.Messages(run, new MessageQuery(Limit: 7)).Select(m => m.Id));

        void Check(MessageQuery query, Func<MessageView, bool> wanted)
        {
            var found = TwoEnds.Messages(run, query with { Limit = MessageQuery.MostRows });
            Assert.NotEmpty(found);
            Assert.Equal(all.Where(wanted).Select(m => m.Id).Order(StringComparer.Ordinal), found.Select(m => m.Id).Order(StringComparer.Ordinal));
        }
    }

    private static TrafficCopy Copy(TrafficBook book) => new(book.Trips.Copy(), [], DateTimeOffset.UnixEpoch, new Dictionary<string, double>());
}
