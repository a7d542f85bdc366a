using Bunit;
using KvLab.Core.Failover;
using KvLab.Core.Observation.Snapshots;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Leases;
using KvLab.Web.Problems;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class FailoverPanelTests : PageTest
{
    [Fact]
    public void The_rule_is_stated_and_says_that_it_is_no_consensus()
    {
        var page = Show<FailoverPanel>(Calm);
        Assert.StartsWith("Manual: there is no leader until you promote a follower.", page.Text("failover-rule"), StringComparison.Ordinal);
        Assert.Contains("there is no election", page.Text("failover-rule"), StringComparison.Ordinal);
        page.At("failover-automatic").Change("on");
        page.Until(() => page.Text("failover-rule").StartsWith("Automatic: ", StringComparison.Ordinal));
        page.At("failover-timeout").Change("800");
        page.Until(() => Failover.Policy == new FailoverPolicy(FailoverMode.Automatic, 800));
    }

    [Fact]
    public void A_wrong_time_changes_nothing_and_is_named()
    {
        Failover.Change(new FailoverPolicy(FailoverMode.Automatic, 2000));
        var page = Show<FailoverPanel>(Calm);
        page.At("failover-timeout").Change("20");
        page.Until(() => page.Has("failover-timeout-wrong"));
        Assert.Equal("The time must be from 500 to 60000, but is 20.", page.Text("failover-timeout-wrong"));
        Assert.Equal(2000, Failover.Policy.TimeoutMs);
    }

    [Fact]
    public void The_most_advanced_follower_or_a_chosen_one_is_promoted_and_what_it_means_is_said()
    {
        var page = Show<FailoverPanel>(Calm);
        page.At("failover-promote").Click();
        page.Until(() => page.Has("failover-last"));
        Assert.Contains("follower-1 leads epoch 2 in place of leader, by hand, after 12 ms. Did not respond: leader. 4 entries recovered.", page.Text("failover-last"), StringComparison.Ordinal);
        Assert.Equal("true", page.At("failover-last").GetAttribute("data-safe"));
        page.Choose("failover-to", "follower-3");
        page.At("failover-promote").Click();
        page.Until(() => Failover.Asked.SequenceEqual(["promote the most advanced", "promote follower-3"]));
        page.Until(() => page.At("failover-last").GetAttribute("data-safe") == "false");
    }

    [Fact]
    public void Writes_at_risk_are_named_before_the_promotion_and_nothing_happens_until_somebody_says_so()
    {
        Failover.AtRisk = 3;
        var page = Show<FailoverPanel>(Calm);
        page.At("failover-promote").Click();
        page.Until(() => page.Has("failover-promote-risk"));
        Assert.Contains("3 acknowledged writes are held by none", page.Text("failover-promote-risk"), StringComparison.Ordinal);
        page.At("failover-promote-no").Click();
        page.Until(() => page.Has("failover-promote"));
        Assert.Empty(Failover.Asked);

        page.At("failover-promote").Click();
        page.Until(() => page.Has("failover-promote-yes"));
        page.At("failover-promote-yes").Click();
        page.Until(() => Failover.Asked.SequenceEqual(["promote follower-1"]));
    }

    [Fact]
    public void A_refused_promotion_says_who_leads()
    {
        Failover.Refusal = new CommandException(503, "No follower answers, so none can lead.");
        var page = Show<FailoverPanel>(Calm);
        page.At("failover-promote").Click();
        page.Until(() => page.Has("failover-error"));
        Assert.Contains("No follower answers, so none can lead. No follower was promoted.", page.Text("failover-error"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_drill_says_what_it_does_and_its_results_stay_side_by_side()
    {
        var ends = new TaskCompletionSource();
        Failover.DrillEnds = ends.Task;
        var page = Show<DrillPanel>(Calm);
        page.At("drill-w-1").Click();
        page.Until(() => page.Has("drill-doing"));
        Assert.Equal("leader and follower-1 are killed.", page.Text("drill-doing"));
        Assert.True(page.At("drill-w-5").HasAttribute("disabled"));
        ends.SetResult();
        page.Until(() => page.Has("drill-last-1"));
        page.At("drill-w-5").Click();
        page.Until(() => page.Has("drill-last-5"));
        Assert.Contains("W = 1 of 5, 3 lost. 3 of 3 promises broken.", page.Text("drill-last-1"), StringComparison.Ordinal);
        Assert.Contains("W = 5 of 5, 0 lost. Every promise kept.", page.Text("drill-last-5"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_drill_that_was_disturbed_says_by_what_and_none_begins_while_somebody_has_the_cluster()
    {
        Failover.Disturbances = ["follower-3 was frozen."];
        var page = Show<DrillPanel>(Calm);
        page.At("drill-w-1").Click();
        page.Until(() => page.Has("drill-disturbed-1"));
        Assert.Contains("follower-3 was frozen.", page.Text("drill-disturbed-1"), StringComparison.Ordinal);

        using var held = Services.GetRequiredService<ExclusiveLease>().Take("experiment", "Experiment 7", static () => { });
        page.Until(() => page.At("drill-w-1").Closest("fieldset[disabled]") is not null);
        Assert.Equal("Experiment 7 has the cluster", page.At("drill-w-1").Closest("fieldset")!.GetAttribute("title"));
    }

    [Fact]
    public void A_drill_that_cannot_begin_says_what_is_missing()
    {
        Failover.Refusal = new CommandException(409, "The drill needs a leader and 2 followers or more, all of them healthy; these are not: follower-2.");
        var page = Show<DrillPanel>(Calm);
        page.At("drill-w-1").Click();
        page.Until(() => page.Has("drill-error"));
        Assert.Contains("these are not: follower-2", page.Text("drill-error"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_leader_that_is_down_can_be_started_forgetful_as_a_lesson()
    {
        var page = Show<NodesPanel>(Calm with { Nodes = [.. Calm.Nodes.Select(n => n with { State = NodeState.Stopped })] });
        Assert.False(page.Has("fault-forgetful-follower-1"));
        page.At("fault-forgetful-leader").Click();
        page.Until(() => Cluster.Commands.Any(c => c.Contains("leader", StringComparison.Ordinal)));
    }
}
