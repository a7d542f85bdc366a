using System.Buffers.Text;
using System.IO.Compression;
using System.Text;
using KvLab.Core.Control;
using KvLab.Core.Simulator;
using KvLab.Core.Simulator.Mutants;
using Xunit;
using Held = KvLab.Core.Simulator.Simulation;

namespace KvLab.Tests.Simulator;

/// <summary>A puzzle shows its bug, and nothing but its bug. That its solution solves it, with the last step and not before, is among the claims about all challenges.</summary>
[Trait("Category", "Unit")]
public sealed class PuzzleTests
{
    private const int Schedules = 25;
    private const int Steps = 60;

    public static TheoryData<string> Names => [.. Challenge.All.Where(c => c.IsPuzzle).Select(c => c.Name)];

    private static SimulationPlan Right(Challenge puzzle) => puzzle.Plan with { Bug = null };

    [Theory]
    [MemberData(nameof(Names))]
    public void The_same_steps_show_nothing_where_all_nodes_are_right(string name)
    {
        var puzzle = Challenge.Find(name)!;
        var simulation = (puzzle with { Plan = Right(puzzle) }).Solve();
        Assert.Equal(puzzle.Solution.Length, simulation.At);
        Assert.False(puzzle.IsSolved(simulation.Snapshot));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_schedule_shows_it_where_all_nodes_are_right(string name)
    {
        var puzzle = Challenge.Find(name)!;
        for (var seed = 1; seed <= Schedules; seed++)
        {
            var (simulation, random) = (new Held(Right(puzzle)), new Random(seed));
            for (var step = 0; step < Steps; step++)
            {
                var enabled = simulation.Enabled;
                // Messages mostly: a schedule of nothing but deaths comes to nothing.
                var due = enabled.Count(c => c.DueMs is not null);
                try
                {
                    simulation.Choose(due > 0 && random.Next(4) > 0 ? random.Next(due) : random.Next(enabled.Count));
                }
                catch (ControlException)
                {
                    // Not everything that is offered can be done.
                }

                Assert.False(puzzle.IsSolved(simulation.Snapshot), $"Schedule {seed} solved it after {simulation.At} steps.");
            }
        }
    }

    [Fact]
    public void Every_mutant_is_somebodys_puzzle() =>
        Assert.Equal(Enum.GetValues<Mutant>(), Challenge.All.Where(c => c.IsPuzzle).Select(c => c.Plan.Bug!.Name).Order());

    [Fact]
    public void A_node_starts_again_with_its_bug()
    {
        var puzzle = Challenge.Find("puzzle-promise")!;
        var simulation = new Held(puzzle.Plan);
        foreach (var line in (string[])["kill leader", "start leader", "kill follower-2", "write k1 = a"]) simulation.Do(line);
        simulation.Choose(simulation.Enabled.First(c => c is { Kind: ChoiceKind.Deliver, Node: "follower-2" }));
        Assert.True(puzzle.IsSolved(simulation.Snapshot));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_link_says_the_bug_too(string name)
    {
        var puzzle = Challenge.Find(name)!;
        var (plan, path) = PathLink.Read(puzzle.Solve().Link);
        Assert.Equal(puzzle.Plan, plan);
        Assert.True(puzzle.IsSolved(new Held(plan, path).Snapshot));
    }

    [Fact]
    public void A_plan_with_a_bug_is_another_one_than_without() => Assert.All(Challenge.All.Where(c => c.IsPuzzle), c => Assert.NotEqual(Right(c), c.Plan));

    [Theory]
    [InlineData("follower-3")]
    [InlineData("follower-02")]
    [InlineData("")]
    public void A_bug_of_a_node_that_is_not_there_is_refused_by_the_name_of_its_field(string node)
    {
        var plan = SimulationPlan.Standard with { Followers = 2, Bug = new SimulationBug(Mutant.IgnoresKeys, node) };
        Assert.Equal("bug.node", Assert.Single(plan.Check()).Field);
        Assert.Contains("bug.node", Assert.Throws<FormatException>(() => PathLink.Read(PathLink.Write(plan, []))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"name":"laziness","node":"leader"}""", "bug.name")]
    [InlineData("""{"node":"leader"}""", "bug.name")]
    [InlineData("""{"name":"ignores_keys","node":"leader","since":1}""", "bug.since")]
    [InlineData("1", "bug")]
    public void A_link_with_a_bug_that_is_none_is_refused_by_the_name_of_its_field(string bug, string field)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(Encoding.UTF8.GetBytes($$"""{"followers":2,"seed":1,"bug":{{bug}},"path":""}"""));
        var refused = Assert.Throws<FormatException>(() => PathLink.Read(Base64Url.EncodeToString(packed.ToArray())));
        Assert.Contains($"{field} ", refused.Message, StringComparison.Ordinal);
    }
}
