using Bunit;
using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Writes;
using KvLab.Web.Components.View;
using Microsoft.AspNetCore.Components.Web;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class WritesPanelTests : PageTest
{
    [Fact]
    public void Without_a_write_it_says_what_will_be_seen() =>
        Assert.Contains("No write yet", Show<WritesPanel>(Idle).Text("writes-empty"));

    [Fact]
    public void Newest_first_with_a_lane_per_follower_and_a_line_where_the_client_was_answered()
    {
        var page = Show<WritesPanel>(Calm);
        Assert.Contains("success, 3/3 acks", page.Text("write-30"));
        Assert.Equal("write-30", page.All(".kv-write-row")[0].GetAttribute("data-testid"));
        Assert.Equal(5, page.At("write-30").QuerySelectorAll(".kv-lane").Length);
        Assert.True(page.Has("answered-30"));
    }

    [Fact]
    public void What_came_after_the_answer_is_marked_as_background()
    {
        var page = Show<WritesPanel>(Calm);
        var late = Calm.Writes[0].Deliveries.Count(d => d.Late);
        Assert.Equal(2, late);
        Assert.Equal(late, page.At("write-30").QuerySelectorAll(".kv-lane-late").Length);
    }

    [Fact]
    public void Every_outcome_has_its_own_shape()
    {
        var write = Calm.Writes[0];
        var outcomes = new[] { DeliveryOutcome.Applied, DeliveryOutcome.Superseded, DeliveryOutcome.Duplicate, DeliveryOutcome.Failed, DeliveryOutcome.Pending };
        var page = Show<WritesPanel>(Calm with { Writes = [write with { Deliveries = [.. write.Deliveries.Select((d, i) => d with { Outcome = outcomes[i] })] }] });
        Assert.Equal(["#g-applied", "#g-superseded", "#g-duplicate", "#g-failed", "#g-pending"],
            page.At("write-30").QuerySelectorAll(".kv-lane-end use").Select(u => u.GetAttribute("href")));
    }

    [Fact]
    public void A_delivery_that_a_newer_write_replaced_is_drawn_and_explained_as_that_and_not_as_refused()
    {
        var write = Calm.Writes[0];
        var replaced = write.Deliveries[0] with { Outcome = DeliveryOutcome.Replaced, Held = default, Reason = "superseded" };
        var page = Show<WritesPanel>(Calm with { Writes = [write with { Deliveries = [replaced] }] });
        Assert.Equal("#g-replaced", page.At("write-30").QuerySelector(".kv-lane-end use")!.GetAttribute("href"));
        Assert.Contains("replaced before it arrived", page.All(".kv-lane")[0].GetAttribute("title")!, StringComparison.Ordinal);
        Assert.True(page.Has("legend-replaced"));
        page.At("write-30").Click();
        page.Until(() => page.Has("write-detail"));
        Assert.StartsWith("replaced: ", page.Text($"why-{replaced.Follower}"), StringComparison.Ordinal);
        Assert.EndsWith("has refused nothing.", page.Text($"why-{replaced.Follower}"), StringComparison.Ordinal);
    }

    [Fact]
    public void Storing_is_a_segment_of_its_own_at_the_leader_and_at_each_follower_that_told()
    {
        var write = Calm.Writes[0];
        var first = write.Deliveries[0];
        var page = Show<WritesPanel>(Calm with { Writes = [write with { StoredMs = 0.3, Deliveries = write.Deliveries.SetItem(0, first with { StoredMs = 0.7 }) }] });
        Assert.Equal("The leader: stored in 0.3 ms", page.At("stored-30").GetAttribute("title"));
        Assert.Single(page.At("write-30").QuerySelectorAll(".kv-lane .kv-stored"));
        Assert.Contains("stored in 0.7 ms", page.All(".kv-lane")[0].GetAttribute("title")!);
        Assert.Contains("stored in 0.3 ms", page.Text("write-30"));
        Assert.True(page.Has("legend-stored"));

        page.At("write-30").Click();
        Assert.Contains("0.3 ms", page.Text("why-stored"));
        Assert.Contains("(storage: 0.7 ms)", page.Text($"why-{first.Follower}"));
    }

    [Fact]
    public void A_lab_in_memory_has_no_storing_to_show()
    {
        var page = Show<WritesPanel>(Calm);
        Assert.Empty(page.All(".kv-stored"));
        Assert.False(page.Has("legend-stored"));
    }

    [Fact]
    public void A_partial_success_and_a_waiting_client_look_unlike_a_success()
    {
        var write = Calm.Writes[0];
        var page = Show<WritesPanel>(Calm with
        {
            Writes =
            [
                write with { Version = write.Version with { Counter = 32 }, Status = null, ElapsedMs = null, Acks = null, Reason = null },
                write with { Version = write.Version with { Counter = 31 }, Status = WriteStatus.PartialSuccess, Acks = 2, Reason = "deadline" },
                write,
            ],
        });
        Assert.Equal(["waiting", "partial", "success"], page.All(".kv-write-row").Select(r => r.GetAttribute("data-status")!));
        Assert.Contains("partial 2/3", page.Text("write-31"));
        Assert.False(page.Has("answered-32"));
    }

    [Fact]
    public void Selecting_a_write_explains_it_and_what_became_of_it_at_every_follower()
    {
        var page = Show<WritesPanel>(Calm);
        page.At("write-29").Click();
        Assert.Contains("v29 of", page.Text("write-why"));
        Assert.Contains("was answered with success", page.Text("write-why"));
        for (var i = 1; i <= 5; i++) Assert.Contains($"follower-{i}", page.Text($"why-follower-{i}"));
        Assert.Equal("true", page.At("write-29").GetAttribute("aria-selected"));

        page.At("write-detail-close").Click();
        Assert.False(page.Has("write-detail"));
    }

    [Fact]
    public void Arrow_keys_move_the_selection()
    {
        var page = Show<WritesPanel>(Calm);
        page.At("writes-list").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        page.At("writes-list").KeyDown(new KeyboardEventArgs { Key = "ArrowDown" });
        Assert.Equal(29, Views.Options.Selection.Version.Counter);
        Assert.Equal("w1-29", page.At("writes-list").GetAttribute("data-active"));

        page.At("writes-list").KeyDown(new KeyboardEventArgs { Key = "End" });
        Assert.Equal(1, Views.Options.Selection.Version.Counter);
    }

    [Fact]
    public async Task A_selection_made_elsewhere_lights_the_write_and_its_follower()
    {
        var page = Show<WritesPanel>(Calm);
        await page.On(() => Views.Select(new Selection(Calm.Writes[2].Key, Calm.Writes[2].Version, "follower-4")));
        Assert.Equal("true", page.At("write-28").GetAttribute("aria-selected"));
        Assert.Equal("f4", page.At("write-28").QuerySelector(".kv-lane[data-selected=true] .kv-lane-name")!.TextContent);
    }

    [Fact]
    public void A_write_of_naive_mode_is_marked() =>
        Assert.Equal("true", Show<WritesPanel>(ReplicasPanelTests.Naive()).At("write-20").GetAttribute("data-naive"));
}
