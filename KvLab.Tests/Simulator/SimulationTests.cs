using KvLab.Core.Control;
using KvLab.Core.Simulator;
using KvLab.Tests.Replay;
using Xunit;
using Held = KvLab.Core.Simulator.Simulation;

namespace KvLab.Tests.Simulator;

/// <summary>A cluster whose next step somebody chooses.</summary>
[Trait("Category", "Unit")]
public sealed class SimulationTests
{
    private static Choice Find(Held simulation, ChoiceKind kind, string? node = null) =>
        simulation.Enabled.First(c => c.Kind == kind && (node is null || c.Node == node));

    private static string Hash(Held simulation) => RandomWalks.HashOf(simulation);

    private static Held Walked(int steps, int seed) => RandomWalks.Of(steps, seed);

    [Fact]
    public void A_write_sends_one_message_to_each_follower_and_none_arrives_by_itself()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Choose(Find(simulation, ChoiceKind.Write).Index);
        Assert.Equal(["follower-1", "follower-2", "follower-3"], simulation.Enabled.Where(c => c.Kind == ChoiceKind.Deliver).Select(c => c.Node).Order());
        Assert.All(simulation.Snapshot.Nodes.Skip(1), n => Assert.Equal(0, n.Keys));
        simulation.Choose(Find(simulation, ChoiceKind.Deliver, "follower-2").Index);
        Assert.Equal(["follower-2"], simulation.Snapshot.Nodes.Skip(1).Where(n => n.Keys > 0).Select(n => n.Id));
        // W = 2: the second ack is the client's answer.
        Assert.Equal(0, simulation.Snapshot.Kpis.Success);
        simulation.Choose(Find(simulation, ChoiceKind.Deliver, "follower-3").Index);
        Assert.Equal(1, simulation.Snapshot.Kpis.Success);
    }

    [Fact]
    public void The_newer_version_may_be_let_arrive_first_and_the_older_one_is_refused_then()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Do("write k1 = old");
        simulation.Do("write k1 = new");
        simulation.Choose(simulation.Enabled.First(c => c is { Kind: ChoiceKind.Deliver, Node: "follower-1", Version: 2 }).Index);
        simulation.Choose(simulation.Enabled.First(c => c is { Kind: ChoiceKind.Deliver, Node: "follower-1", Version: 1 }).Index);
        Assert.Equal(1, simulation.Snapshot.Nodes.First(n => n.Id == "follower-1").Refused);
    }

    [Fact]
    public void A_message_can_be_lost_arrive_twice_or_lose_its_ack()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Choose(Find(simulation, ChoiceKind.Write).Index);
        simulation.Choose(Find(simulation, ChoiceKind.Drop, "follower-1").Index);
        simulation.Choose(Find(simulation, ChoiceKind.Duplicate, "follower-2").Index);
        simulation.Choose(Find(simulation, ChoiceKind.DropAnswer, "follower-3").Index);
        Assert.Equal(["follower-2", "follower-3"], simulation.Snapshot.Nodes.Skip(1).Where(n => n.Keys > 0).Select(n => n.Id));
        Assert.Equal(0, simulation.Snapshot.Kpis.Success);
        // Nobody answers the other two, so the deadline does.
        simulation.GoOnUntil(simulation.NowMs + 1_500);
        Assert.Equal(1, simulation.Snapshot.Kpis.Partial);
    }

    [Fact]
    public void Going_back_shows_what_was_and_another_choice_there_leaves_a_branch()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Choose(Find(simulation, ChoiceKind.Write).Index);
        var before = Hash(simulation);
        simulation.Choose(Find(simulation, ChoiceKind.Deliver, "follower-1").Index);
        simulation.Undo(1);
        Assert.Equal(before, Hash(simulation));
        Assert.All(simulation.Snapshot.Nodes.Skip(1), n => Assert.Equal(0, n.Keys));
        simulation.Choose(Find(simulation, ChoiceKind.Kill, "leader").Index);
        var branch = Assert.Single(simulation.Branches);
        Assert.Equal((1, 2), (branch.At, branch.Path.Count));
        simulation.GoToBranch(0);
        Assert.Equal(1, simulation.Snapshot.Nodes.First(n => n.Id == "follower-1").Keys);
    }

    [Fact]
    public void What_was_seen_in_an_older_list_is_what_happens_or_nothing_does()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Do("write k1 = a");
        var seen = simulation.Enabled;
        simulation.Choose(seen.First(c => c is { Kind: ChoiceKind.Deliver, Node: "follower-1" }));
        simulation.Choose(seen.First(c => c is { Kind: ChoiceKind.Deliver, Node: "follower-3" }));
        Assert.Equal(["follower-1", "follower-3"], simulation.Snapshot.Nodes.Skip(1).Where(n => n.Keys > 0).Select(n => n.Id));
        Assert.Throws<ControlException>(() => simulation.Choose(seen.First(c => c is { Kind: ChoiceKind.Deliver, Node: "follower-1" })));
    }

    [Fact]
    public void What_cannot_be_done_is_refused_and_changes_nothing()
    {
        var simulation = new Held(SimulationPlan.Standard);
        var before = Hash(simulation);
        foreach (var wrong in (Action[])[() => simulation.Choose(10_000), () => simulation.Choose(-1), () => simulation.Do("dance"), () => simulation.Do("kill follower-9"), () => simulation.Do("wait 5 ms"), () => simulation.GoOnUntil(-1)])
            Assert.Throws<ControlException>(wrong);
        Assert.Equal((0, before), (simulation.At, Hash(simulation)));
    }

    [Fact]
    public void A_path_of_two_thousand_choices_gives_the_same_bytes_again_from_its_link_and_after_every_tenth_undo()
    {
        var walked = Walked(2_000, seed: 7);
        var hash = Hash(walked);
        var (plan, path) = PathLink.Read(PathLink.Write(walked.Plan, walked.Path));
        Assert.Equal(hash, Hash(new Held(plan, path)));
        while (walked.At > 0) walked.Undo(10);
        walked.Undo(-2_000);
        Assert.Equal(hash, Hash(walked));
    }

    [Fact]
    public void A_leader_that_is_killed_sends_nothing_any_more()
    {
        var simulation = new Held(SimulationPlan.Standard);
        simulation.Do("write k1 = a");
        simulation.Choose(Find(simulation, ChoiceKind.Drop, "follower-1").Index);
        simulation.Do("kill leader");
        Assert.DoesNotContain(simulation.Enabled, c => c.Kind == ChoiceKind.Deliver || (c.DueMs is not null && c.Sentence.Contains("again", StringComparison.Ordinal)));
        simulation.GoOnUntil(60_000);
        Assert.All(simulation.Snapshot.Nodes, n => Assert.Equal(0, n.Applied));
    }

    [Theory]
    [InlineData(2_400)]
    [InlineData(1_300)]
    [InlineData(30)]
    public void However_far_somebody_goes_back_a_new_choice_leads_to_what_the_same_path_leads_to_elsewhere(int to)
    {
        var walked = Walked(2_500, seed: 3);
        var offered = new Held(walked.Plan, [.. walked.Path.Take(to)]).Enabled;
        walked.Undo(walked.At - to);
        Assert.Equal(offered, walked.Enabled);
        walked.Do("write k9 = elsewhere");
        walked.Do("kill follower-2");
        Assert.Equal(Hash(new Held(walked.Plan, walked.Path)), Hash(walked));
        walked.GoToBranch(0);
        Assert.Equal(2_500, walked.At);
        Assert.Equal(Hash(new Held(walked.Plan, walked.Path)), Hash(walked));
    }

    [Fact]
    public async Task A_thousand_seeds_give_the_same_bytes_in_another_process_and_each_gives_others()
    {
        var elsewhere = AnotherProcess.WalksOf(1_000);
        var here = RandomWalks.Hashes(1_000).ToList();
        Assert.Equal(here, await elsewhere);
        Assert.Equal(1_000, here.Distinct().Count());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void A_path_to_a_moment_that_cannot_be_is_refused_in_a_sentence(double ms)
    {
        var (plan, path) = PathLink.Read(PathLink.Write(SimulationPlan.Standard, [new PathStep(UntilMs: 5), new PathStep(UntilMs: ms)]));
        Assert.Contains("Step 2 of the path", Assert.Throws<ControlException>(() => new Held(plan, path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_says_all_of_its_plan_and_path()
    {
        var plan = SimulationPlan.Standard with { Followers = 7, Seed = 9 };
        PathStep[] path = [new(Choice: 1), new(Do: "write k = a"), new(UntilMs: 0.1)];
        var (readPlan, readPath) = PathLink.Read(PathLink.Write(plan, path));
        Assert.Equal(plan, readPlan);
        Assert.Equal(path, readPath);
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("=====")]
    [InlineData("AAAA")]
    [InlineData("Kg==")]
    public void What_is_no_link_is_said_to_be_none(string text) => Assert.Throws<FormatException>(() => PathLink.Read(text));
}
