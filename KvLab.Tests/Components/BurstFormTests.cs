using Bunit;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Commands;
using KvLab.Web.Components.Panels.Controls;
using KvLab.Web.Components.Scripts;
using KvLab.Web.Problems;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class BurstFormTests : PageTest
{
    [Fact]
    public void A_burst_shows_its_progress_and_its_end_and_is_announced_once()
    {
        var page = Show<BurstForm>(Idle);
        page.At("burst-writes").Change("500");
        page.At("burst-concurrency").Change("20");
        page.At("burst-keys").Change("8");
        page.At("burst").QuerySelector("form")!.Submit();
        Assert.Equal(new BurstPlan(500, 20, 8), Cluster.Plan);

        Cluster.BurstList[0] = Cluster.BurstList[0] with { Completed = 120 };
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        page.Until(() => page.Text("burst-status").Contains("120/500"));

        Cluster.BurstList[0] = Cluster.BurstList[0] with { Completed = 500, Succeeded = 497, Partial = 3, State = BurstState.Done, MeanMs = 51.2, WritesPerSecond = 190 };
        Clock.Advance(TimeSpan.FromMilliseconds(200));
        page.Until(() => page.At("burst-status").GetAttribute("data-state") == "done");
        Assert.Equal("done: 500/500, 3 partial · mean 51.2 ms · 190/s", page.Text("burst-status"));
        Assert.Equal("Burst done: 497 of 500 writes succeeded, 3 partial.", Services.GetRequiredService<Announcements>().Latest);
        Assert.True(page.Has("burst-start"));
    }

    [Fact]
    public void A_burst_can_be_cancelled()
    {
        var page = Show<BurstForm>(Idle);
        page.At("burst").QuerySelector("form")!.Submit();
        page.At("burst-cancel").Click();
        Assert.Contains("cancel b1", Cluster.Commands);
        page.Until(() => page.At("burst-status").GetAttribute("data-state") == "cancelled");
    }

    [Fact]
    public void A_burst_that_a_script_started_is_shown_too()
    {
        var page = Show<BurstForm>(Idle);
        Cluster.StartBurst(new BurstPlan(1000, 50, 10));
        Publish(Idle with { Revision = 99 });
        page.Until(() => page.Text("burst-status").Contains("0/1,000"));
    }

    [Fact]
    public void A_burst_that_cannot_start_says_so()
    {
        Cluster.Refusal = new CommandException(409, "A burst is running already.");
        var page = Show<BurstForm>(Idle);
        page.At("burst").QuerySelector("form")!.Submit();
        Assert.Contains("A burst is running already. No burst was started.", page.Text("burst-error"));
    }

    [Theory]
    [InlineData("3.5", "must be a whole number, but is 3.5.")]
    [InlineData("-5", "must be from 1 to 10000, but is -5.")]
    [InlineData("99999999999", "must be from 1 to 10000, but is 99999999999.")]
    [InlineData("1,000", "is ambiguous: write 1000 or 1.")]
    [InlineData("", "is missing.")]
    [InlineData("many", "must be a whole number, but is \"many\".")]
    public void A_number_that_is_none_stays_with_its_sentence_and_no_burst_starts(string typed, string wrong)
    {
        var page = Show<BurstForm>(Idle);
        page.At("burst-writes").Change(typed);
        Assert.Contains(wrong, page.Text("burst-writes-wrong"), StringComparison.Ordinal);
        Assert.Equal(typed, page.At("burst-writes").GetAttribute("value"));
        Assert.Equal("true", page.At("burst-writes").GetAttribute("aria-invalid"));
        page.At("burst").QuerySelector("form")!.Submit();
        Assert.Null(Cluster.Plan);
        Assert.Contains(wrong, page.Text("burst-error"), StringComparison.Ordinal);

        page.At("burst-writes").Change("1e2");
        Assert.False(page.Has("burst-writes-wrong"));
        page.At("burst").QuerySelector("form")!.Submit();
        Assert.Equal(100, Cluster.Plan!.Writes);
    }

    [Fact]
    public async Task The_shortcut_b_starts_it()
    {
        var page = Show<BurstForm>(Idle);
        await page.On(() => Browser.OnShortcut("burst"));
        page.Until(() => Cluster.Plan is not null);
    }
}
