using Bunit;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class LeaderBannerTests : PageTest
{
    private static readonly ClusterSnapshot Reigned = Calm with { Reign = 3 };
    private static readonly ClusterSnapshot Leaderless = Reigned with { Nodes = [.. Calm.Nodes.Select(n => n with { Role = NodeRoles.Follower })] };

    [Fact]
    public async Task A_cluster_without_a_leader_says_so_in_red_and_heals_in_one_click()
    {
        var page = Show<LivePage>(Reigned);
        Assert.False(page.Has("leader-banner"));
        Assert.True(page.Has("summary-flow"));

        Publish(Leaderless);
        page.Until(() => page.Has("leader-banner"));
        Assert.Contains("There is no leader: the last one has stepped down", page.Text("leader-banner"), StringComparison.Ordinal);
        Assert.Equal("no leader", page.Text("summary-leader"));
        Assert.False(page.Has("summary-flow"));

        await page.On(() => page.At("leader-banner-promote").Click());
        page.Until(() => Failover.Asked.SequenceEqual(["promote the most advanced"]));
        Publish(Reigned);
        page.Until(() => !page.Has("leader-banner") && page.Has("summary-flow"));
    }

    [Fact]
    public async Task Where_nobody_can_be_promoted_the_reason_stays_beside_the_button()
    {
        Failover.Refusal = new CommandException(503, "No follower answers, so none can lead.");
        var page = Show<LivePage>(Leaderless);
        page.Until(() => page.Has("leader-banner"));
        await page.On(() => page.At("leader-banner-promote").Click());
        page.Until(() => page.Has("leader-banner-problem"));
        Assert.Contains("No follower answers, so none can lead. No follower was promoted.", page.Text("leader-banner-problem"), StringComparison.Ordinal);
        Assert.True(page.Has("leader-banner"));
    }
}
