using Bunit;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class WaitingBannerTests : PageTest
{
    [Fact]
    public async Task A_leader_that_waits_is_told_in_red_and_going_on_names_its_price_first()
    {
        var page = Show<LivePage>(Calm);
        Assert.False(page.Has("waiting-banner"));

        Cluster.Publish(s => s with { Waiting = new WaitingView("leader", ["follower-1", "follower-2"], 1, 3, "Waiting for follower-1 and follower-2: 3 nodes must answer.") });
        page.Until(() => page.Has("waiting-banner"));
        Assert.Contains("leader accepts no writes yet. Waiting for follower-1 and follower-2", page.Text("waiting-banner"), StringComparison.Ordinal);
        Assert.Contains("leader waits for 2 nodes", page.Text("summary-leader-waiting"), StringComparison.Ordinal);

        await page.On(() => page.At("proceed").Click());
        Assert.DoesNotContain("proceed leader", Cluster.Commands);
        Assert.Contains("Acknowledged writes that only follower-1 and follower-2 hold may be lost.", page.Text("waiting-risk"), StringComparison.Ordinal);
        await page.On(() => page.At("proceed-yes").Click());
        Assert.Contains("proceed leader", Cluster.Commands);

        Cluster.Publish(s => s with { Waiting = null });
        page.Until(() => !page.Has("waiting-banner"));
    }

    [Fact]
    public void Where_all_answer_but_forgot_the_price_names_no_silent_node() =>
        Assert.Equal("Acknowledged writes may be lost if every node that held them has lost its data.", new WaitingView("leader", [], 1, 3, "").AtRisk);
}
