using KvLab.Core.Events;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using Xunit;

namespace KvLab.Tests.Stories;

/// <summary>A story gives numbers their names (docs/lessons.md).</summary>
[Trait("Category", "Unit")]
public sealed class MeasureTests
{
    private static ScenarioRun Play(string lines) =>
        SimulatedStory.Run(Scenario.Parse($"# T\n{lines}"), 5, 1, "t", TimeProvider.System, static _ => { }, TestContext.Current.CancellationToken).Run;

    [Fact]
    public void Each_measure_is_the_number_that_the_story_can_also_expect()
    {
        var run = Play("""
            > settings W = 2, deadline = 5000 ms
            > write k = a as first delays follower-1 = 100, follower-2 = 200, follower-3 = 300, follower-4 = 400, follower-5 = 500
            > measure latency of first as one
            > measure acks of first as acks
            > wait until quiet
            > begin write k = b as old delays follower-1 = 900
            > write k = c as new delays follower-1 = 50
            > wait until quiet
            > measure refused on follower-1 as stale
            > measure refused as all
            > measure count write_accepted as accepted
            > measure applied on follower-1 as applied
            > burst 10 writes over 2 keys by 2 clients
            > measure burst succeeded as good
            > measure burst partial as short
            > measure latency of burst as mean
            > measure lost as lost
            """);
        Assert.Equal(ScenarioState.Passed, run.State);
        var found = run.Measures.ToDictionary(m => m.Key, m => m.Value.Value);
        Assert.Equal((200.0, 2.0, 1.0, 3.0), (Math.Round(found["one"]), found["acks"], found["stale"], found["accepted"]));
        Assert.True(found["all"] >= found["stale"]);
        Assert.Equal((2.0, 10.0, 0.0, 0.0), (found["applied"], found["good"], found["short"], found["lost"]));
        Assert.InRange(found["mean"], 1, 5);
        Assert.Equal("ms", run.Measures["mean"].Unit);
        Assert.StartsWith("one: 200", run.Steps[2].Note, StringComparison.Ordinal);
    }

    [Fact]
    public void The_latency_of_a_burst_is_that_of_the_last_one()
    {
        var run = Play("""
            > settings W = 5, delay = 300..300 ms
            > burst 5 writes over 5 keys by 5 clients
            > measure latency of burst as slow
            > settings delay = 100..100 ms
            > burst 5 writes over 5 keys by 5 clients
            > measure latency of burst as quick
            """);
        Assert.Equal((300.0, 100.0), (run.Measures["slow"].Value, run.Measures["quick"].Value));
    }

    [Fact]
    public void Without_anything_to_measure_the_run_is_broken() => Assert.Equal(ScenarioState.Broken, Play("> measure latency of burst as mean").State);

    [Theory]
    [InlineData("measure", "unknown measure")]
    [InlineData("measure speed as s", "unknown measure")]
    [InlineData("measure latency of first as one", "no write before this has this name")]
    [InlineData("measure lost", "as is expected here")]
    [InlineData("measure lost as", "a name for this number is missing")]
    [InlineData("measure count nothing as n", "unknown kind of event")]
    public void What_is_wrong_is_said(string line, string what) =>
        Assert.Contains(what, Assert.Throws<ScenarioSyntaxException>(() => Scenario.Parse($"# T\n> {line}\n")).Message, StringComparison.Ordinal);
}
