using Bunit;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Events;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components.Web;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class EventsPanelTests : PageTest
{
    [Fact]
    public void An_empty_log_says_what_to_do() =>
        Assert.Contains("No event yet", Show<EventsPanel>(ClusterSnapshot.Empty).Text("events-empty"));

    [Fact]
    public void Newest_first()
    {
        var page = Show<EventsPanel>(Calm);
        var newest = Calm.Events.NewestFirst().First();
        Assert.Contains(newest.Node, page.All("[data-testid=event-row]")[0].TextContent);
        Assert.Equal(Calm.Events.Count.ToString(), page.Text("events-count"));
    }

    [Fact]
    public void Filters_by_node_kind_and_key_narrow_the_list_and_the_export()
    {
        var page = Show<EventsPanel>(Calm);
        page.Choose("events-node", "follower-2");
        page.Choose("events-kind", "entry_applied");
        page.At("events-key").Change("k3");

        var filter = new EventFilter("follower-2", EventKind.EntryApplied, "k3");
        Assert.Equal(filter, Views.Options.EventFilter);
        Assert.Equal(Calm.Events.NewestFirst().Count(e => filter.Matches(e, Labels.Plain)), page.All("[data-testid=event-row]").Count);
        Assert.Equal("api/events?node=follower-2&kind=entry_applied&key=k3&limit=50000&format=csv", page.At("events-csv").GetAttribute("href"));
        Assert.Equal("api/events?node=follower-2&kind=entry_applied&key=k3&limit=50000&format=ndjson", page.At("events-ndjson").GetAttribute("href"));
    }

    [Fact]
    public void A_search_waits_for_the_word_and_then_looks_into_the_explanations()
    {
        var page = Show<EventsPanel>(Calm);
        page.At("events-text").Input("older");
        Assert.True(Views.Options.EventFilter.IsEmpty);

        Clock.Advance(TimeSpan.FromSeconds(1));
        page.Until(() => Views.Options.EventFilter.Text == "older");
        Assert.All(page.All("[data-testid=event-row]"), row => Assert.Contains("refused", row.TextContent));
    }

    [Fact]
    public void A_filter_that_nothing_passes_offers_the_way_back()
    {
        var page = Show<EventsPanel>(Calm);
        page.At("events-key").Change("no such key");
        page.At("events-empty").QuerySelector("button")!.Click();
        Assert.Equal(Calm.Events.Count.ToString(), page.Text("events-count"));
    }

    [Fact]
    public void A_pause_counts_what_waits_and_shows_it_on_demand()
    {
        var page = Show<EventsPanel>(Calm);
        page.At("events-pause").Click();
        Publish(More(Calm, 7));
        page.Until(() => page.Text("events-waiting") == "7 events");
        Assert.Equal(Calm.Events.Count.ToString(), page.Text("events-count"));

        page.At("events-resume").Click();
        Assert.False(page.Has("events-paused"));
        Assert.Equal((Calm.Events.Count + 7).ToString(), page.Text("events-count"));
    }

    [Fact]
    public void Clearing_concerns_this_view_only_and_says_so()
    {
        var page = Show<EventsPanel>(Calm);
        page.At("events-clear").Click();
        Assert.Contains("the events are still in the log", page.Text("events-empty"));

        Publish(More(Calm, 2));
        page.Until(() => page.All("[data-testid=event-row]").Count == 2);

        page.At("events-clear").Click();
        page.At("events-unclear").Click();
        Assert.Equal((Calm.Events.Count + 2).ToString(), page.Text("events-count"));
    }

    [Fact]
    public void Selecting_a_refusal_explains_it_and_selects_its_write()
    {
        var page = Show<EventsPanel>(Calm);
        page.Choose("events-kind", "entry_refused");
        page.All("[data-testid=event-row]")[0].Click();

        var refusal = Calm.Events.NewestFirst().First(e => e.Kind == EventKind.EntryRefused);
        Assert.Contains($"refused as stale: {refusal.Node} already holds", page.Text("event-why"));
        Assert.Equal(refusal.Version, Views.Options.Selection.Version.Counter);
        Assert.Equal(refusal.Node, Views.Options.Selection.Node);
    }

    [Fact]
    public async Task Events_of_a_write_that_was_selected_elsewhere_are_lit()
    {
        var page = Show<EventsPanel>(Calm);
        var write = Calm.Writes[3];
        page.At("events-key").Change(write.Key);
        await page.On(() => Views.Select(Selection.Of(write)));
        Assert.Equal(Calm.Events.NewestFirst().Count(e => e.EntryVersion == write.Version), page.All("[data-testid=event-row][data-lit=true]").Count);
    }

    [Fact]
    public void Arrow_keys_move_the_selection()
    {
        var page = Show<EventsPanel>(Calm);
        page.At("events-list").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        page.At("events-list").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        var second = Calm.Events.NewestFirst().ElementAt(1);
        Assert.Equal(EventId.Of(second), Views.Options.Selection.Event);
    }

    private static ClusterSnapshot More(ClusterSnapshot snapshot, int count)
    {
        var older = snapshot.Events.NewestFirst().Reverse();
        var newer = Enumerable.Range(1, count).Select(i => new NodeEvent { Node = "leader", Incarnation = "a2", Sequence = i, Kind = EventKind.WriteAccepted, Key = "k9", Epoch = 1, Version = 1000 + i });
        return snapshot with { Events = ClusterStory.Log(older.Concat(newer)) };
    }
}
