using KvLab.Core.Events;
using KvLab.Core.Scenarios;

namespace KvLab.Core.Simulation;

/// <summary>Plays a scenario on a <see cref="SimulatedCluster"/> of its own, on the calling thread.</summary>
public static class SimulatedStory
{
    /// <param name="seed">Decides what happens first of all that could happen at one instant.</param>
    /// <param name="clock">Says when the run began for those who wait for it.</param>
    /// <param name="onChange">Told every new state of the run, outside of the world.</param>
    /// <returns>The run, and how long it took in virtual time.</returns>
    public static (ScenarioRun Run, TimeSpan Lasted) Run(
        Scenario scenario, int followers, long seed, string id, TimeProvider clock, Action<ScenarioRun> onChange, CancellationToken cancellation)
    {
        var beganAt = clock.GetUtcNow();
        return OwnWorld.Play(seed, async (world, ended) =>
        {
            await using var cluster = new SimulatedCluster(world.Time, followers, ScenarioRunner.Beginning, NullEventSink.Instance);
            await cluster.StartAsync();
            var run = await new ScenarioRunner(scenario, cluster, run => VirtualWorld.Outside(() => onChange(Marked(run)))).RunAsync(id, ended);
            return (Marked(run), world.Now);
        }, cancellation);

        ScenarioRun Marked(ScenarioRun run) => run with { Seed = seed, StartedAt = beganAt };
    }
}
