using KvLab.Core.Simulator;
using Xunit;

namespace KvLab.Tests.Simulator;

/// <summary>What is asked for on the simulator's page can be done, and is not done by itself.</summary>
[Trait("Category", "Unit")]
public sealed class ChallengeTests
{
    public static TheoryData<string> Names => [.. Challenge.All.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_known_solution_solves_it_with_its_last_step_and_not_before(string name)
    {
        var challenge = Challenge.Find(name)!;
        for (var steps = 0; steps < challenge.Solution.Length; steps++)
            Assert.False(challenge.IsSolved(challenge.Solve(steps).Snapshot), $"It was solved after {steps} of {challenge.Solution.Length} steps.");
        Assert.True(challenge.IsSolved(challenge.Solve().Snapshot));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_happens_by_itself_solves_none(string name)
    {
        var challenge = Challenge.Find(name)!;
        var simulation = new KvLab.Core.Simulator.Simulation(challenge.Plan);
        simulation.Do("write k1 = a");
        simulation.GoOnUntil(3_000);
        Assert.False(challenge.IsSolved(simulation.Snapshot));
    }
}
