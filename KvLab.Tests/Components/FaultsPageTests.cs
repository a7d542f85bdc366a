using System.Collections.Immutable;
using Bunit;
using KvLab.Core.Durability;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Faults;
using KvLab.Web.Problems;
using Xunit;

namespace KvLab.Tests.Components;

[Trait("Category", "Component")]
public sealed class FaultsPageTests : PageTest
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero);

    private static ClusterSnapshot With(string node, Func<NodeView, NodeView> change) =>
        Calm with { Nodes = [.. Calm.Nodes.Select(n => n.Id == node ? change(n) : n)] };

    private static ImmutableArray<LinkView> Links(params (string Follower, LinkFaults Faults)[] faulty) =>
        [.. Calm.Followers.Select(f => new LinkView(f.Id, faulty.FirstOrDefault(l => l.Follower == f.Id).Faults ?? LinkFaults.None, 0, 0, 0))];

    [Fact]
    public void Every_node_can_be_killed_stopped_and_frozen_and_one_that_is_down_can_be_started()
    {
        var page = Show<NodesPanel>(With("follower-2", n => n with { State = NodeState.Stopped }));
        page.At("fault-kill-leader").Click();
        page.At("fault-stop-follower-1").Click();
        page.At("fault-freeze-follower-3").Click();
        page.At("fault-start-follower-2").Click();
        page.Until(() => Cluster.Commands.SequenceEqual(["kill leader", "stop follower-1", "freeze follower-3", "start follower-2"]));
        Assert.False(page.Has("fault-kill-follower-2"));
    }

    [Fact]
    public void A_frozen_node_can_be_thawed_and_what_is_wrong_with_a_node_is_said()
    {
        var page = Show<NodesPanel>(With("follower-2", n => n with { State = NodeState.Frozen, SlowMs = 250, ClockSkewMs = -5000 }) with { OtherSide = ["follower-2"] });
        Assert.Equal("frozen", page.At("fault-node-follower-2").GetAttribute("data-state"));
        Assert.Contains("cut off+250 msclock −5000 ms", page.Text("fault-node-follower-2"), StringComparison.Ordinal);
        page.At("fault-thaw-follower-2").Click();
        page.Until(() => Cluster.Commands.Contains("thaw follower-2"));
    }

    [Fact]
    public void Slowness_and_clock_are_set_together()
    {
        var page = Show<NodesPanel>(Calm);
        page.At("fault-more-follower-4").Click();
        page.Until(() => page.Has("fault-slow-follower-4"));
        page.At("fault-slow-follower-4").Change("120");
        page.At("fault-skew-follower-4").Change("60000");
        page.At("fault-apply-follower-4").Closest("form")!.Submit();
        page.Until(() => Cluster.Commands.Any(c => c.StartsWith("faults follower-4: ", StringComparison.Ordinal)));
        Assert.False(page.Has("fault-slow-follower-4"));
    }

    [Fact]
    public void A_refused_command_says_what_was_kept()
    {
        Cluster.Refusal = new CommandException(409, "follower-1 is not running, so it cannot be killed.");
        var page = Show<NodesPanel>(Calm);
        page.At("fault-kill-follower-1").Click();
        page.Until(() => page.Has("fault-nodes-error"));
        Assert.Contains("Nothing was changed.", page.Text("fault-nodes-error"), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_others_run_the_nodes_only_what_works_without_their_processes_is_offered()
    {
        Cluster.Supervises = false;
        var page = Show<NodesPanel>(Calm);
        Assert.True(page.At("fault-kill-follower-1").HasAttribute("disabled"));
        Assert.False(page.At("fault-freeze-follower-1").HasAttribute("disabled"));
    }

    [Fact]
    public void A_press_moves_a_follower_to_the_other_side_and_back()
    {
        var page = Show<NetworkPanel>(Calm with { Links = Links() });
        Assert.Equal("all links healthy", page.Text("network-state"));
        page.At("piece-follower-2").Click();
        page.Until(() => Cluster.Commands.Contains("partition follower-2"));

        Publish(Cluster.Current with { OtherSide = ["follower-2", "follower-3"], Links = Links(("follower-2", LinkFaults.Partition), ("follower-3", LinkFaults.Partition)) });
        page.Until(() => page.At("partition-board").GetAttribute("data-partitioned") == "true");
        Assert.Equal("partitioned: 2 nodes cut off", page.Text("network-state"));
        page.At("piece-follower-3").Click();
        page.Until(() => Cluster.Commands.Count(c => c == "partition follower-2") == 2);
    }

    [Fact]
    public void A_follower_is_dragged_to_the_other_side()
    {
        var page = Show<NetworkPanel>(Calm with { Links = Links() });
        page.At("piece-follower-5").DragStart();
        page.At("side-other").Drop();
        page.Until(() => Cluster.Commands.Contains("partition follower-5"));
    }

    [Fact]
    public void Sides_are_named_by_where_the_leader_is()
    {
        var page = Show<NetworkPanel>(Calm with { OtherSide = ["leader", "follower-1"], Links = Links() });
        Assert.Contains("follower-1", page.Text("side-leader"), StringComparison.Ordinal);
        Assert.Contains("follower-2", page.Text("side-other"), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_directions_of_a_link_are_in_the_matrix_with_what_they_did()
    {
        var faults = new LinkFaults { Request = new DirectionFaults { LossPercent = 20, ExtraDelayMs = 100 }, Answer = DirectionFaults.Deaf };
        var page = Show<NetworkPanel>(Calm with
        {
            Links = [.. Links().Select(l => l.Follower == "follower-1" ? l with { Faults = faults, RequestsLost = 4, AnswersLost = 7 } : l)],
        });
        Assert.Contains("20 % lost, +100 ms all lost4 not delivered, 7 applied, ack lost", page.Text("link-follower-1"), StringComparison.Ordinal);
        Assert.Equal("healthy", page.At("link-follower-2").GetAttribute("data-mode"));
        page.At("link-heal-follower-1").Click();
        page.At("heal-all").Click();
        page.Until(() => Cluster.Commands.SequenceEqual(["heal follower-1", "heal all"]));
    }

    [Fact]
    public void A_links_faults_are_edited_with_presets_and_by_number()
    {
        var page = Show<NetworkPanel>(Calm with { Links = Links() });
        page.At("link-edit-follower-3").Click();
        page.Until(() => page.Has("link-editor"));
        page.At("link-preset-lose-answers").Click();
        Assert.Contains("applies the writes, but the leader does not know", page.Text("link-editor"), StringComparison.Ordinal);
        page.At("link-request-delay").Change("40");
        page.At("link-editor").Submit();
        var expected = new LinkFaults { Request = new DirectionFaults { ExtraDelayMs = 40 }, Answer = DirectionFaults.Deaf };
        page.Until(() => Cluster.Commands.Contains($"link follower-3: {expected.Describe()}"));
        page.At("link-close").Click();
        page.Until(() => !page.Has("link-editor"));
    }

    [Fact]
    public void Without_promises_the_ledger_says_what_to_do()
    {
        var page = Show<DurabilityPanel>(Idle);
        Assert.True(page.Has("durability-empty"));
        page.At("durability-tab-lost").Change("on");
        page.Until(() => page.Has("lost-empty"));
        page.At("durability-tab-rolled-back").Change("on");
        page.Until(() => page.Has("rolled-back-empty"));
    }

    [Fact]
    public void Promises_are_shown_with_who_held_them_then_and_now_and_why()
    {
        var page = Show<DurabilityPanel>(Calm with { Durability = Ledger() });
        Assert.Equal(("2", "0", "1", "1"), (page.Text("durability-acknowledged"), page.Text("durability-held"), page.Text("durability-at-risk"), page.Text("durability-lost")));
        Assert.Equal("lost", page.At("holder-row-1-1").GetAttribute("data-durability"));
        Assert.Equal(["gone", "", "", "gone"], page.At("holder-row-1-1").QuerySelectorAll("td.kv-holder").Take(4).Select(c => c.GetAttribute("data-holder") ?? ""));
        page.At("holder-row-1-1").QuerySelector("button")!.Click();
        page.Until(() => page.Text("durability-why").Contains("the only follower that had acknowledged was follower-3", StringComparison.Ordinal));

        page.At("durability-tab-lost").Change("on");
        page.Until(() => page.Has("lost-1-1"));
        Assert.Contains("no other node held it", page.Text("lost-1-1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Rolled_back_writes_say_whether_somebody_had_been_promised_them()
    {
        var page = Show<DurabilityPanel>(Calm with
        {
            Durability = Ledger(),
            RolledBack = [Taken(1) with { Promised = true }, Taken(9)],
            RolledBackCount = 2,
        });
        page.At("durability-tab-rolled-back").Change("on");
        page.Until(() => page.Has("rolled-back-1-9"));
        Assert.Contains("The new leader did not know it, so leader rolled it back and now holds v4. A client had been told that the rolled-back write succeeded, so it counts as lost.", page.Text("rolled-back-1-1"), StringComparison.Ordinal);
        Assert.Contains("the only follower that had acknowledged was follower-3", page.Text("rolled-back-1-1"), StringComparison.Ordinal);
        Assert.Contains("No client is known to have been told that the rolled-back write succeeded.", page.Text("rolled-back-1-9"), StringComparison.Ordinal);

        static RolledBackView Taken(long version) => new("leader", "k1", new EntryVersion(1, version), "\"x\"", new EntryVersion(1, 4), At);
    }

    [Fact]
    public void Copies_that_nobody_can_reach_now_are_counted_and_said()
    {
        var ledger = new DurabilityLedger();
        ledger.Accepted("leader", "k1", new EntryVersion(1, 1), new EntryVersion(1, 1));
        foreach (var follower in new[] { "follower-1", "follower-2" }) ledger.Confirmed(follower, "k1", new EntryVersion(1, 1), new EntryVersion(1, 1));
        ledger.Answered(new AcknowledgedWrite(new EntryVersion(1, 1), "k1", "leader", 2, 2, At));
        var view = new DurabilityView(ledger.Count(At), ledger.Latest(10, At), ledger.Lost(10, At));
        var page = Show<DurabilityPanel>(Calm with { Durability = view });
        Assert.False(page.Has("durability-unreachable"));
        Assert.False(page.Has("unreachable-1-1"));

        Publish(With("follower-2", n => n with { State = NodeState.Frozen }) with { Durability = view, OtherSide = ["follower-1"] });
        page.Until(() => page.Has("unreachable-1-1"));
        Assert.Equal(", 2 not reachable", page.At("unreachable-1-1").TextContent);
        Assert.Contains("3 copies", page.Text("holder-row-1-1"), StringComparison.Ordinal);
        Assert.Equal("Copies that cannot be reached now are counted too: follower-1: cut off, follower-2: frozen.", page.Text("durability-unreachable"));
        page.At("holder-row-1-1").QuerySelector("button")!.Click();
        page.Until(() => page.Text("durability-why").EndsWith("2 of these 3 cannot be reached now (follower-1: cut off, follower-2: frozen).", StringComparison.Ordinal));
    }

    /// <summary>Two promises with W = 1: one that died with its two holders, one that hangs on the leader alone.</summary>
    private static DurabilityView Ledger()
    {
        var story = new DurabilityLedger();
        foreach (var node in Calm.Nodes) story.Began(node.Id, At);
        Tell("k1", 1);
        story.Ended("follower-3", "was killed", At);
        story.Ended("leader", "was killed", At);
        story.Began("leader", At);
        Tell("k2", 2, confirm: false);
        return new DurabilityView(story.Count(At), story.Latest(10, At), story.Lost(10, At));

        void Tell(string key, long counter, bool confirm = true)
        {
            var version = new EntryVersion(1, counter);
            story.Accepted("leader", key, version, version);
            if (confirm) story.Holds("follower-3", key, version);
            story.Answered(new AcknowledgedWrite(version, key, "leader", confirm ? 1 : 0, confirm ? 1 : 0, At));
        }
    }

    [Fact]
    public void The_rule_stands_above_the_chart_and_the_quorum_can_be_changed_there()
    {
        var page = Show<AvailabilityPanel>(With("follower-2", n => n with { State = NodeState.Frozen }));
        Assert.Equal("success", page.At("availability-rule").GetAttribute("data-verdict"));
        Assert.Contains("W = 3 of 5 tolerates 2 failed followers; 1 cannot acknowledge: writes succeed, even if 1 more fails.", page.Text("availability-rule"), StringComparison.Ordinal);
        Assert.Contains("follower-2: frozen", page.Text("availability-rule"), StringComparison.Ordinal);
        Assert.True(page.Has("availability-empty"));
        page.At("availability-w-5").Change("on");
        page.Until(() => Cluster.Patches.Any(p => p.WriteQuorum == 5));
        page.Until(() => page.At("availability-rule").GetAttribute("data-verdict") == "partial");
    }

    [Fact]
    public void What_clients_were_told_is_a_table_too()
    {
        var page = Show<AvailabilityPanel>(Calm with
        {
            Availability = new AvailabilityView([new AvailabilityPoint(7, 10, 2, 1, 0, 0, 0, 1, 5, 3)], [new FaultMark(7.4, "follower-2", "follower-2 frozen")]),
        });
        Assert.Contains("10 succeeded, 2 partial, 1 unreachable; 1 fault.", page.At("availability-chart").GetAttribute("aria-label"), StringComparison.Ordinal);
        page.At("availability-table").Click();
        page.Until(() => page.Has("chart-table-region"));
        Assert.True(page.At("availability-png").HasAttribute("disabled"));
    }

    [Fact]
    public void The_page_has_all_panels_also_before_the_first_node_came()
    {
        var page = Show<FaultsPage>(ClusterSnapshot.Empty);
        foreach (var panel in (string[])["fault-nodes-empty", "network-empty", "availability-empty", "durability-empty"]) Assert.True(page.Has(panel), panel);
        Assert.False(page.Has("network-error"));
    }
}
