using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using Xunit;

namespace KvLab.Tests.Simulation;

[Trait("Category", "Scenario")]
public sealed class SimulatedStoryTests
{
    private static ScenarioRun Play(Scenario scenario, long seed, Action<ScenarioRun>? onChange = null) =>
        SimulatedStory.Run(scenario, 5, seed, "run-1", TimeProvider.System, onChange ?? (_ => { }), CancellationToken.None).Run;

    [Fact]
    public void Every_story_of_the_library_comes_true_and_its_record_says_that_it_was_simulated()
    {
        Assert.True(ScenarioLibrary.All.Length >= 10);
        foreach (var scenario in ScenarioLibrary.All)
        {
            var run = Play(scenario, seed: 7);
            Assert.True(run.State == ScenarioState.Passed, $"{scenario.Name}: {run.Problem}");
            Assert.Equal((run.Expectations, true, 7L, "simulated (virtual time, seed 7)"), (run.Held, run.Simulated, run.Seed!.Value, run.Simulation));
            // The same record as on real nodes: each line of the story with what came of it.
            Assert.Equal(scenario.Steps.Select(s => (s.Line, s.Text)), run.Steps.Select(s => (s.Line, s.Text)));
            Assert.True(DateTimeOffset.UtcNow - run.StartedAt < TimeSpan.FromMinutes(5));
        }
    }

    [Fact]
    public void A_story_that_is_not_as_it_was_told_fails_at_that_line()
    {
        var run = Play(Scenario.Parse("# Mine\n> write k = a\n> expect success\n> expect k = b on leader\n", "own"), seed: 1);
        Assert.Equal(ScenarioState.Failed, run.State);
        Assert.Equal([StepState.Ok, StepState.Ok, StepState.Failed], run.Steps.Select(s => s.State));
    }

    [Fact]
    public void One_seed_is_one_run()
    {
        var story = ScenarioLibrary.All[0];
        Assert.Equal(Play(story, 3).Steps, Play(story, 3).Steps);
    }

    [Fact]
    public void A_run_that_is_cancelled_in_the_middle_ends_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var (run, lasted) = SimulatedStory.Run(Scenario.Parse("# Long\n> write k = a\n> wait 60 s\n> expect success\n", "own"), 5, 1, "run-1", TimeProvider.System, state =>
        {
            if (state.Steps[1].State == StepState.Running) cancel.Cancel();
        }, cancel.Token);
        Assert.Equal(ScenarioState.Cancelled, run.State);
        Assert.True(lasted < TimeSpan.FromSeconds(10), $"{lasted}");
    }
}
