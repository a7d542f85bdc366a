using KvLab.Core.Control;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Simulator;
using Xunit;
using Held = KvLab.Core.Simulator.Simulation;

namespace KvLab.Tests.Simulator;

/// <summary>A simulation that goes on from a recorded moment: the replicas hold what they held, and what was under way is under way.</summary>
[Trait("Category", "Unit")]
public sealed class RecordedStartTests
{
    /// <summary>Two writes of k1: the first is everywhere but at follower-2, of the second nothing has arrived; follower-3 is down.</summary>
    private static Held Recorded()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Do("write k2 = before");
        simulation.GoOnUntil(5_000);
        simulation.Do("kill follower-3");
        simulation.Do("write k1 = old");
        Choose(simulation, "v2 of k1 arrives at follower-1.");
        simulation.Do("write k1 = new");
        return simulation;
    }

    private static void Choose(Held simulation, string sentence) => simulation.Choose(simulation.Enabled.First(c => c.Sentence == sentence));

    private static Held GoOn(ClusterSnapshot then) => new(RecordedStart.PlanOf(then, "a recording", script: null));

    private static (string Key, string Node, EntryVersionText Held)[] Cells(ClusterSnapshot shown) =>
        [.. shown.Keys.Values.SelectMany(k => k.Cells.Where(c => !c.Value.Version.IsNone).Select(c => (k.Key, c.Key, new EntryVersionText($"{c.Value.Version}", c.Value.Value))))];

    private sealed record EntryVersionText(string Version, string? Value);

    [Fact]
    public void The_replicas_hold_what_they_held_and_the_same_node_leads_in_the_same_epoch()
    {
        var then = Recorded().Snapshot;
        var now = GoOn(then).Snapshot;
        Assert.Equal(Cells(then).Where(c => c.Node != "follower-3"), Cells(now).Where(c => c.Node != "follower-3"));
        Assert.Equal((then.Reign, then.Leader!.Id), (now.Reign, now.Leader!.Id));
        Assert.Equal(NodeState.Stopped, now.Nodes.Single(n => n.Id == "follower-3").State);
    }

    [Fact]
    public void What_was_under_way_is_offered_to_be_delivered_and_what_had_arrived_is_not()
    {
        var offered = GoOn(Recorded().Snapshot).Enabled.Where(c => c.Kind == ChoiceKind.Deliver && c.Node != "follower-3").Select(c => c.Sentence).Order();
        Assert.Equal(["v2 of k1 arrives at follower-2.", "v3 of k1 arrives at follower-1.", "v3 of k1 arrives at follower-2."], offered);
    }

    [Fact]
    public void An_ack_from_before_counts_so_the_client_that_waits_needs_one_less()
    {
        var simulation = GoOn(Recorded().Snapshot);
        Assert.Null(simulation.Snapshot.Writes.Single(w => w.Version.Counter == 2).Status);
        Choose(simulation, "v2 of k1 arrives at follower-2.");
        var answered = simulation.Snapshot.Writes.Single(w => w.Version.Counter == 2);
        Assert.Equal((WriteStatus.Success, 2), (answered.Status, answered.Acks));
    }

    [Fact]
    public void What_a_follower_held_although_its_ack_was_not_reported_yet_is_not_delivered_again()
    {
        var then = Recorded().Snapshot;
        // As a dashboard may know it for a moment: the follower told of it, the leader did not yet.
        var untold = then with { Writes = [.. then.Writes.Select(w => w with { Deliveries = [.. w.Deliveries.Select(d => d.Follower == "follower-1" && w.Version.Counter == 2 ? d with { Outcome = DeliveryOutcome.Pending } : d)] })] };
        var simulation = GoOn(untold);
        Assert.DoesNotContain(simulation.Enabled, c => c is { Kind: ChoiceKind.Deliver, Node: "follower-1", Version: 2 });
        Choose(simulation, "v2 of k1 arrives at follower-2.");
        Assert.Equal(2, simulation.Snapshot.Writes.Single(w => w.Version.Counter == 2).Acks);
    }

    [Fact]
    public void A_client_that_had_its_answer_keeps_it()
    {
        var recorded = new Held(SimulationPlan.Standard);
        recorded.Do("write k1 = a");
        Choose(recorded, "v1 of k1 arrives at follower-1.");
        Choose(recorded, "v1 of k1 arrives at follower-2.");
        var then = recorded.Snapshot.Writes.Single();
        var now = GoOn(recorded.Snapshot).Snapshot.Writes.Single();
        Assert.Equal((WriteStatus.Success, then.Acks, then.ElapsedMs), (now.Status, now.Acks, now.ElapsedMs));
        Assert.Equal(["follower-3"], now.Deliveries.Select(d => d.Follower));
    }

    [Fact]
    public void New_writes_are_numbered_on_and_the_other_order_can_be_tried()
    {
        var simulation = GoOn(Recorded().Snapshot);
        Choose(simulation, "v3 of k1 arrives at follower-2.");
        Choose(simulation, "v2 of k1 arrives at follower-2.");
        Assert.Equal(1, simulation.Snapshot.Kpis.RefusedStale);
        simulation.Do("write k9 = x");
        Assert.Equal(4, simulation.Snapshot.Writes[0].Version.Counter);
    }

    [Fact]
    public void It_is_a_link_like_any_other()
    {
        var simulation = GoOn(Recorded().Snapshot);
        Choose(simulation, "v3 of k1 arrives at follower-2.");
        var (plan, path) = PathLink.Read(simulation.Link);
        Assert.Equal(RandomWalks.HashOf(simulation), RandomWalks.HashOf(new Held(plan, path)));
        Assert.Equal("a recording", plan.Origin);
    }

    [Fact]
    public void A_leader_that_was_dead_is_dead_and_another_can_take_over()
    {
        var recorded = new Held(SimulationPlan.Standard);
        recorded.Do("write k1 = a");
        Choose(recorded, "v1 of k1 arrives at follower-2.");
        recorded.Do("kill leader");
        var simulation = GoOn(recorded.Snapshot);
        Assert.Equal(NodeState.Stopped, simulation.Snapshot.Nodes.Single(n => n.Id == "leader").State);
        Choose(simulation, "The most up-to-date follower takes over.");
        simulation.GoOnUntil(simulation.NowMs + 10_000);
        Assert.Equal(("follower-2", 2), (simulation.Snapshot.Leader!.Id, simulation.Snapshot.Reign));
    }

    [Fact]
    public void Where_nobody_leads_nothing_can_go_on_and_it_says_so() =>
        Assert.Contains("No node led", Assert.Throws<ControlException>(() => GoOn(ClusterSnapshot.Empty)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("leads leader 1")]
    [InlineData("leads leader 1 2\nnode leader up\nhas 1 x \"k\" \"v\"")]
    [InlineData("leads leader 1 2\nnode leader up\nnode follower-1 asleep")]
    [InlineData("leads leader 1 2\nnode leader up\nnode leader up")]
    [InlineData("leads nobody 1 2\nnode leader up")]
    [InlineData("leads leader 1 2\nnode leader up\nnode follower-1 up\nopen 1 2 \"k\" \"v\" follower-7 0 1 waits")]
    [InlineData("leads leader 1 2\nnode leader up\nnode follower-1 up\nopen 1 2 \"k\" \"v")]
    public void A_start_that_cannot_be_is_refused_by_name(string start) =>
        Assert.Equal("start", Assert.Single((SimulationPlan.Standard with { Followers = 1, Settings = SimulationPlan.Standard.Settings with { WriteQuorum = 1 }, Start = start }).Check()).Field);

    [Fact]
    public void An_experiment_is_offered_with_all_of_its_writes()
    {
        var lines = Script.Of(new KvLab.Core.Experiments.Plans.ExperimentPlan { Writes = 450, Keys = 7, Concurrency = 3, Quorums = [1, 4] }).Split('\n');
        Assert.Equal(
            ["settings W = 1", .. Bursts(), "settings W = 4", .. Bursts()], lines);

        static string[] Bursts() => [.. new[] { 200, 200, 50 }.Select(n => $"burst {n} writes over 7 keys by 3 clients")];
    }

    [Fact]
    public void A_story_is_offered_line_by_line_without_what_it_waits_for()
    {
        var story = KvLab.Core.Scenarios.ScenarioLibrary.Find("out-of-order")!;
        var simulation = new Held(new SimulationPlan(2, 1, KvLab.Core.Scenarios.ScenarioRunner.Beginning) { Script = Script.Of(story) });
        var told = new List<string>();
        while (simulation.Enabled.FirstOrDefault(c => c.Kind == ChoiceKind.Story) is { } next)
        {
            told.Add(next.Sentence);
            simulation.Choose(next);
        }

        Assert.Equal(4, told.Count);
        Assert.Equal("Next line of the script: settings W = 1, delay = 1..2 ms", told[0]);
        Assert.Equal(3, simulation.Snapshot.Writes.Length);
    }
}
