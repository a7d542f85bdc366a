using KvLab.Core.Observation;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Versioning;
using KvLab.Tests.Goldens;
using Xunit;

namespace KvLab.Tests.Timeline;

/// <summary>The diagram's lines, summed over what is too close together to be told apart, are exactly the messages of <c>/api/messages</c>.</summary>
[Trait("Category", "Scenario")]
public sealed class TimelineTests
{

    public static TheoryData<string> Runs =>
        ["story-duplicate", "story-failover-w1", "story-freeze", "story-lost-ack", "story-out-of-order", "story-partition-and-heal", "chaos-1", "chaos-2", "chaos-3", $"chaos-{1_000 + DateTime.UtcNow.DayOfYear}"];

    /// <summary>What one run leaves, looked at again and again while it goes on.</summary>
    private static (TimelineBook Book, TimelineBook Late, IReadOnlyList<MessageView> Messages, DateTimeOffset Began) Watch(string name, TimelineAxis axis = TimelineAxis.Real)
    {
        var (book, late) = (new TimelineBook(axis), new TimelineBook(axis));
        ClusterObserver? observer = null;
        var looks = 0;
        foreach (var _ in Observer.Watch(PlayedRun.Of(name), int.MaxValue, look: (now, _) =>
        {
            observer = now;
            // Not always, so that much and little is new.
            if (++looks % 3 == 0) now.Feed(book);
        }))
        {
        }

        observer!.Feed(book);
        observer.Feed(late);
        var traffic = observer.CopyTraffic();
        return (book, late, new MessageQuery(Limit: MessageQuery.MostRows).Of(traffic), traffic.BeganAt);
    }

    private static string[] Count(TimelinePicture picture) =>
    [
        .. picture.Lines.Where(l => !l.Before && l.Track.Id.Kind != LineKind.Write).Select(l => (Word(l.Track.Id.Kind, l.Track.Id.From, l.Track.Id.To, l.Row.Outcome), Count: 1))
            .Concat(picture.Sums.Where(s => !s.Before && s.Track.Kind != LineKind.Write).SelectMany(s => s.Tally.Ends.Select(e => (Word(s.Track.Kind, s.Track.From, s.Track.To, e.Outcome), e.Count))))
            .GroupBy(c => c.Item1).Select(g => $"{g.Key}: {g.Sum(c => c.Count)}").Order(StringComparer.Ordinal),
    ];

    private static string[] Count(IEnumerable<MessageView> messages) =>
        [.. messages.GroupBy(m => Word(m.Kind switch { MessageKind.Request => LineKind.Request, MessageKind.Answer => LineKind.Answer, _ => m.Id[0] == 'r' ? LineKind.Read : LineKind.Call }, m.From, m.To, m.Outcome))
            .Select(g => $"{g.Key}: {g.Count()}").Order(StringComparer.Ordinal)];

    private static string Word(LineKind kind, string from, string to, MessageOutcome outcome) => $"{kind} {from} → {to} {outcome}";

    [Theory]
    [MemberData(nameof(Runs))]
    public void Lines_summed_over_aggregates_are_exactly_the_messages_of_every_window(string name)
    {
        var (book, late, messages, began) = Watch(name);
        Assert.True(messages.Count > 20);
        var moments = messages.Select(m => (m.SentAt ?? m.ArrivedAt)!.Value).Order().ToArray();
        var die = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var (from, to) = i == 0 ? (moments[0], moments[^1]) : (Any(), Any());
            if (from > to) (from, to) = (to, from);
            var query = new TimelineQuery(book.NsOf(from), book.NsOf(to) + 100, die.Next(1, 2000));
            var expected = messages.Where(m => (m.SentAt ?? m.ArrivedAt) >= from && (m.SentAt ?? m.ArrivedAt) <= to).ToArray();
            var picture = book.Look(query);
            Assert.Equal(Count(expected), Count(picture));
            Assert.Equal(expected.Length, picture.Messages);
            Assert.Equal(expected.Count(m => m.Inversion), picture.Lines.Count(l => !l.Before && l.Row.Is(LineFlags.Inversion)) + picture.Sums.Where(s => !s.Before).Sum(s => s.Tally.Inversions));
            Assert.Equal(Count(expected), Count(late.Look(query)));
            Assert.All(picture.Lines, l => Assert.True(l.Row.End(TimelineAxis.Real) is var end && (end == 0 || end >= l.Row.Begin(TimelineAxis.Real)), "A line goes backwards."));
            // What is under way when the window begins is seen too, and counted apart.
            var entering = messages.Count(m => (m.SentAt ?? m.ArrivedAt) < from && m.ArrivedAt >= from && m.Kind != MessageKind.Call);
            var before = picture.Lines.Count(l => l.Before && l.Row.EndNs > 0 && l.Track.Id.Kind <= LineKind.Answer) + picture.Sums.Where(s => s.Before && s.Track.Kind <= LineKind.Answer).Sum(s => s.Tally.Messages);
            Assert.True(before >= entering, $"{before} of {entering} lines come into the window.");
        }

        DateTimeOffset Any() => moments[die.Next(moments.Length)].AddTicks(die.Next(-2, 3) * die.Next(0, 5000));
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_filter_by_node_key_kind_or_write_leaves_what_the_messages_leave(string name)
    {
        var (book, _, messages, _) = Watch(name);
        var all = new TimelineQuery(1, long.MaxValue / 4, 500);
        var some = messages.First(m => m.Key is not null);
        Assert.Equal(Count(messages.Where(m => m.From == "follower-2" || m.To == "follower-2")), Count(book.Look(all with { Node = "follower-2" })));
        Assert.Equal(Count(messages.Where(m => m.Kind == MessageKind.Answer)), Count(book.Look(all with { Kind = LineKind.Answer })));
        Assert.Equal(Count(messages.Where(m => m.Key == some.Key)), Count(book.Look(all with { Key = some.Key })));
        Assert.Equal(Count(messages.Where(m => m.Epoch == some.Epoch && m.Version == some.Version && m.Key is not null)), Count(book.Look(all with { Only = new EntryVersion(some.Epoch, some.Version) })));
        Assert.Empty(book.Look(all with { Key = "nobody heard of it" }).Lines);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void By_Lamport_time_every_line_goes_forward_and_each_message_with_a_time_is_there(string name)
    {
        var (book, _, messages, _) = Watch(name, TimelineAxis.Lamport);
        var picture = book.Look(new TimelineQuery(1, long.MaxValue / 4, 700));
        Assert.Equal(messages.Count(m => (m.LamportSent ?? m.LamportArrived) > 0), picture.Messages);
        Assert.All(picture.Lines.Where(l => l.Row.EndLamport > 0), l => Assert.True(l.Row.End(TimelineAxis.Lamport) >= l.Row.Begin(TimelineAxis.Lamport)));
    }

    [Fact]
    public void A_burst_of_10_000_writes_is_drawn_with_a_bounded_number_of_elements_that_stand_for_all_of_it()
    {
        var (trips, die) = (new TrafficBook(), new Random(3));
        for (var i = 1; i <= 100_000; i++) Send(trips, i, die);
        var book = new TimelineBook(TimelineAxis.Real);
        book.Take(trips);
        var kept = trips.Trips.Copy();
        Assert.Equal(TrafficBook.Capacity, kept.Length);
        var answers = kept.Count(t => t.Is(TripFacts.Arrived));
        for (var zoom = 0; zoom < 12; zoom++)
        {
            var from = kept[0].SentNs + (kept[^1].SentNs - kept[0].SentNs) / 2 * (zoom % 4) / 2;
            var picture = book.Look(new TimelineQuery(from, from + (long)(30e9 / Math.Pow(3, zoom)), 1366));
            Assert.InRange(picture.Lines.Count + picture.Sums.Count, 0, 5_000);
            var to = picture.To;
            Assert.Equal(kept.Count(t => t.SentNs >= from && t.SentNs < to) + kept.Count(t => t.Is(TripFacts.Arrived) && t.ArrivedNs >= from && t.ArrivedNs < to), picture.Messages);
        }

        Assert.Equal(kept.Length + answers, book.Look(new TimelineQuery(1, long.MaxValue / 4)).Messages);
    }

    private static void Send(TrafficBook book, int i, Random die)
    {
        var sent = i * 200_000L;
        var arrived = sent + die.Next(100_000, 900_000_000);
        var lost = die.Next(50) == 0;
        book.Trips.Add(new Trip
        {
            Key = $"k{i % 10}",
            Version = new EntryVersion(1, 1 + i / 5),
            Leader = "leader",
            Follower = $"follower-{1 + i % 5}",
            Attempt = 1,
            SentNs = sent,
            SentLamport = i,
            ArrivedNs = lost ? 0 : arrived,
            ArrivedLamport = lost ? 0 : i + 1,
            Facts = lost ? TripFacts.RequestLost : TripFacts.Arrived,
        });
    }

    [Fact]
    public void What_changes_while_somebody_looks_is_as_if_they_had_looked_at_the_end()
    {
        var (trips, die) = (new TrafficBook(), new Random(5));
        var (book, all) = (new TimelineBook(TimelineAxis.Real), new TimelineBook(TimelineAxis.Real, keepAll: true));
        for (var i = 1; i <= 90_000; i++)
        {
            Send(trips, i, die);
            // Something older ends, or its other end is told.
            var number = Math.Max(trips.Trips.First, i - die.Next(5_000));
            ref var trip = ref trips.Trips[number];
            trip.Facts |= TripFacts.Returned | TripFacts.Late;
            trip.ReturnedNs = Math.Max(trip.SentNs, trip.ArrivedNs) + 1000;
            trips.Trips.Touch(number);
            if (i % 777 != 0) continue;
            book.Take(trips);
            all.Take(trips);
            if (i % 7770 == 0) Assert.Equal(book.Look(new TimelineQuery(1, long.MaxValue / 4)).Messages, Rows(trips));
        }

        book.Take(trips);
        all.Take(trips);
        var late = new TimelineBook(TimelineAxis.Real);
        late.Take(trips);
        Assert.Equal(Count(late.Look(new TimelineQuery(1, long.MaxValue / 4))), Count(book.Look(new TimelineQuery(1, long.MaxValue / 4))));
        Assert.InRange(all.Look(new TimelineQuery(1, long.MaxValue / 4)).Messages, 170_000, 180_000);

        static int Rows(TrafficBook trips) => trips.Trips.Copy().Sum(t => t.Is(TripFacts.Arrived) || t.Is(TripFacts.Returned) ? 2 : 1);
    }

    [Fact]
    public void Where_two_clocks_say_that_it_arrived_before_it_was_sent_order_wins_and_the_correction_is_said()
    {
        var trips = new TrafficBook();
        trips.Trips.Add(new Trip
        {
            Key = "k",
            Version = new EntryVersion(1, 1),
            Leader = "leader",
            Follower = "follower-1",
            Attempt = 1,
            SentNs = 10_000_000,
            ArrivedNs = 7_000_000,
            ReturnedNs = 12_000_000,
            Facts = TripFacts.Arrived | TripFacts.Returned,
        });
        var book = new TimelineBook(TimelineAxis.Real);
        book.Take(trips);
        var lines = book.Look(new TimelineQuery(1, 100_000_000)).Lines.OrderBy(l => l.Track.Id.Kind).ToArray();
        Assert.Equal([(10_000_000L, 10_000_000L, 3.0), (10_000_000L, 12_000_000L, 3.0)], lines.Select(l => (l.Row.Begin(TimelineAxis.Real), l.Row.End(TimelineAxis.Real), l.Row.CorrectedMs)));
        Assert.Contains("contradict the order of events by 3 ms", new LineWords(Core.Observation.Snapshots.Labels.Plain).Of(book.Find("m1q")!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chaos-1"), InlineData("chaos-2"), InlineData("story-failover-w1")]
    public void Causes_and_effects_of_an_event_are_those_that_messages_can_carry(string name)
    {
        var (book, _, messages, began) = Watch(name);
        var writes = messages.Where(m => m is { Kind: MessageKind.Request, ArrivedAt: not null, SentAt: not null }).ToArray();
        var die = new Random(1);
        for (var i = 0; i < 10; i++)
        {
            var m = writes[die.Next(writes.Length)];
            var picture = book.Look(new TimelineQuery(1, long.MaxValue / 4) { Selected = new EntryVersion(m.Epoch, m.Version), SelectedNode = m.To });
            var first = writes.Where(w => w.Epoch == m.Epoch && w.Version == m.Version && w.To == m.To).ToArray();
            var origin = picture.Cones[m.To];
            Assert.Contains(first, f => Ns(f.ArrivedAt) == origin.Past / 100 * 100);
            foreach (var (lane, cone) in picture.Cones)
            {
                Assert.Equal(Reached(origin.Past, m.To, lane, backwards: true), cone.Past / 100 * 100);
                if (lane != "clients") Assert.Equal(Reached(origin.Future, m.To, lane, backwards: false), cone.Future / 100 * 100);
            }
        }

        long Ns(DateTimeOffset? at) => at is { } known ? (known - began).Ticks * 100 : 0;

        // Over and over all messages, until nothing more is reached.
        long Reached(long at, string place, string lane, bool backwards)
        {
            var known = new Dictionary<string, long> { [place] = at };
            for (var again = true; again;)
            {
                again = false;
                foreach (var m in messages.Where(m => m.Kind != MessageKind.Call && m.SentAt is not null && m.ArrivedAt is not null))
                {
                    var (near, far) = backwards ? (m.To, m.From) : (m.From, m.To);
                    var (here, there) = backwards ? (Ns(m.ArrivedAt), Ns(m.SentAt)) : (Ns(m.SentAt), Ns(m.ArrivedAt));
                    if (!known.TryGetValue(near, out var reached) || (backwards ? here > reached : here < reached / 100 * 100)) continue;
                    if (known.TryGetValue(far, out var before) && (backwards ? before / 100 * 100 >= there : before / 100 * 100 <= there)) continue;
                    known[far] = there;
                    again = true;
                }
            }

            return known.GetValueOrDefault(lane) / 100 * 100;
        }
    }

    [Fact]
    public void What_was_so_with_nodes_has_a_begin_and_an_end()
    {
        var (book, _, _, _) = Watch("story-partition-and-heal");
        var spans = book.Look(new TimelineQuery(1, long.MaxValue / 4)).Spans;
        Assert.Contains(spans, s => s is { Kind: SpanKind.Epoch, EndNs: 0 });
        Assert.All(spans.Where(s => s.EndNs > 0), s => Assert.True(s.EndNs > s.BeginNs));
        Assert.Equal(spans.Select(s => (s.Kind, s.Node, s.BeginNs)).Distinct().Count(), spans.Count);
        (book, _, _, _) = Watch("story-failover-w1");
        Assert.Equal(["epoch 1", "epoch 2"], book.Look(new TimelineQuery(1, long.MaxValue / 4)).Spans.Where(s => s.Kind == SpanKind.Epoch).OrderBy(s => s.BeginNs).Select(s => s.Words).Distinct());
    }
}
