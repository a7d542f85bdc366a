using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Events;
using Xunit;

namespace KvLab.Tests.Unit.Page;

[Trait("Category", "Unit")]
public sealed class FilteredEventsTests
{
    private static readonly EventFilter[] Filters = [EventFilter.None, new(Key: "k1"), new(Kind: EventKind.EntryRefused), new(Node: "follower-1", Key: "k2")];

    /// <summary>Incremental filtering against filtering everything anew, over random growth, discarding, clearing and changes of the filter.</summary>
    [Fact]
    public void It_always_equals_filtering_the_whole_log() =>
        Gen.Select(Gen.Int[0, 700], Gen.Int[0, 300], Gen.Int[0, 3], Gen.Bool).Array[1, 8].Sample(steps =>
        {
            var filtered = new FilteredEvents();
            var (all, discarded, from) = (new List<NodeEvent>(), 0, 0L);
            foreach (var (added, dropped, filter, clear) in steps)
            {
                for (var i = 0; i < added; i++) all.Add(Event(all.Count));
                discarded = Math.Min(all.Count, discarded + dropped);
                if (clear) from = all.Count;
                filtered.Update(ClusterStory.Log(all.Skip(discarded), discarded), Filters[filter], Labels.Plain, from);
                var expected = all.Skip((int)Math.Max(discarded, from)).Where(e => Filters[filter].Matches(e, Labels.Plain)).Reverse().ToList();
                if (!filtered.Select(l => l.Event).SequenceEqual(expected) || filtered.Count != expected.Count) return false;
            }
            return true;
        }, iter: 200);

    [Fact]
    public void A_part_of_it_can_be_asked_for_without_walking_the_rest()
    {
        var events = Enumerable.Range(0, 2000).Select(Event).ToList();
        var filtered = new FilteredEvents();
        filtered.Update(ClusterStory.Log(events), EventFilter.None, Labels.Plain);
        Assert.Equal(events.AsEnumerable().Reverse().Skip(700).Take(3), filtered.Skip(700).Take(3).Select(l => l.Event));
        Assert.Equal(1999, filtered.IndexOf(events[0]));
        Assert.Equal(1998, filtered.IndexOf(Event(1)));
        Assert.Equal(-1, filtered.IndexOf(Event(2001)));
    }

    /// <summary>A node reports in batches, so its news come after what others did later; the list goes by the time that it shows, also with a filter.</summary>
    [Fact]
    public void Newest_first_is_by_time_and_what_has_one_time_keeps_its_order() =>
        Gen.Select(Gen.Int[0, 20].Array[1, 60].Array[1, 5], Gen.Int[0, 3], Gen.Int[0, 80]).Sample((batches, filter, discarded) =>
        {
            var filtered = new FilteredEvents();
            var all = new List<NodeEvent>();
            foreach (var batch in batches)
            {
                all.AddRange(batch.Select((ms, i) => Event(all.Count + i) with { At = DateTimeOffset.UnixEpoch.AddMilliseconds(ms) }).ToList());
                var gone = Math.Min(discarded, all.Count / 2);
                var log = ClusterStory.Log(all.Skip(gone), gone);
                filtered.Update(log, Filters[filter], Labels.Plain);
                var expected = all.Skip(gone).Where(e => Filters[filter].Matches(e, Labels.Plain)).Reverse().OrderByDescending(e => e.At).ToList();
                if (!filtered.Select(l => l.Event).SequenceEqual(expected)) return false;
                if (filter == 0 && !log.NewestFirst().SequenceEqual(expected)) return false;
            }
            return true;
        }, iter: 300);

    private static NodeEvent Event(int i) => new()
    {
        Node = i % 3 == 0 ? "follower-1" : "leader",
        Incarnation = "a",
        Sequence = i + 1,
        Kind = i % 5 == 0 ? EventKind.EntryRefused : EventKind.EntryApplied,
        Key = $"k{i % 4}",
    };
}
