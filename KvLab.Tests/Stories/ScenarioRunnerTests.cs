using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using Xunit;

namespace KvLab.Tests.Stories;

[Trait("Category", "Unit")]
public sealed class ScenarioRunnerTests
{
    private static ScenarioRun Play(string text) => SimulatedRun.Play(Scenario.Parse(text));

    [Fact]
    public void Each_step_says_what_came_of_it()
    {
        var run = Play("# T\n> settings W = 2\n> write k = a\n> expect success\n> wait until quiet\n> expect k = a on all\n");
        Assert.Equal(ScenarioState.Passed, run.State);
        Assert.All(run.Steps, s => Assert.Equal(StepState.Ok, s.State));
        Assert.StartsWith("success, v1, 2 of 2 acks", run.Steps[1].Note, StringComparison.Ordinal);
        Assert.Contains("follower-5 holds a (v1)", run.Steps[4].Note, StringComparison.Ordinal);
        Assert.Equal((2, 2), (run.Expectations, run.Held));
    }

    [Fact]
    public void What_does_not_hold_fails_the_run_and_the_story_goes_on()
    {
        var run = Play("# T\n> write k = a\n> expect partial\n> expect lost = 0\n");
        Assert.Equal(ScenarioState.Failed, run.State);
        Assert.Equal([StepState.Ok, StepState.Failed, StepState.Ok], run.Steps.Select(s => s.State));
        Assert.StartsWith("success, v1", run.Steps[1].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_done_ends_the_run_with_its_line()
    {
        var run = Play("# T\n> kill follower-9\n> write k = a\n");
        Assert.Equal(ScenarioState.Broken, run.State);
        Assert.StartsWith("Line 2, kill follower-9: There is no node follower-9", run.Problem, StringComparison.Ordinal);
        Assert.Equal(StepState.Pending, run.Steps[1].State);
    }

    [Fact]
    public void Eventually_waits_and_ends_with_patience()
    {
        var run = Play("# T\n> settings delay = 200..200, W = 0\n> write k = a\n> expect k missing on follower-1\n> expect eventually k = a on follower-1\n> expect eventually k = b on follower-1\n");
        Assert.Equal([StepState.Ok, StepState.Ok, StepState.Ok, StepState.Ok, StepState.Failed], run.Steps.Select(s => s.State));
        Assert.InRange(run.Steps[3].TookMs!.Value, 150, 300);
        Assert.StartsWith("This did not happen within 30 s. follower-1 holds a", run.Steps[4].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_that_nobody_answers_is_an_answer_too()
    {
        var run = Play("# T\n> kill leader\n> write k = a\n> expect unanswered\n> expect success\n");
        Assert.Equal([StepState.Ok, StepState.Ok, StepState.Ok, StepState.Failed], run.Steps.Select(s => s.State));
        Assert.Equal("no answer: there is no leader", run.Steps[2].Note);
    }

    [Fact]
    public void An_acknowledged_write_that_nobody_holds_is_lost()
    {
        var run = Play("# T\n> settings W = 0, delay = 1000..1000\n> write k = a\n> expect success\n> kill leader\n> expect lost = 1\n> expect lost = 0\n");
        Assert.Equal(StepState.Ok, run.Steps[4].State);
        Assert.Equal("1 lost: k = a (v1)", run.Steps[5].Note);
    }

    [Fact]
    public void Bursts_are_counted_and_versions_watched()
    {
        var run = Play("# T\n> begin burst 30 writes over 3 keys by 4 clients\n> wait until answered\n> expect burst succeeded = 30\n> expect versions increase\n> wait until quiet\n> expect replicas equal\n");
        Assert.True(run.State == ScenarioState.Passed, Trace.Of(run));
    }

    [Fact]
    public void Every_change_of_state_is_told()
    {
        var world = new VirtualWorld(1);
        var told = new List<ScenarioRun>();
        world.Run(() => new ScenarioRunner(Scenario.Parse("# T\n> write k = a\n> expect success\n"), new SimulatedRun(world).Cluster, told.Add).RunAsync("7", CancellationToken.None));
        Assert.All(told, r => Assert.Equal("7", r.Id));
        Assert.Contains(told, r => r.Steps[0].State == StepState.Running);
        Assert.Contains(told, r => r.Steps[0].State == StepState.Ok && r.Steps[1].State == StepState.Running);
        Assert.Equal(ScenarioState.Passed, told[^1].State);
    }
}
