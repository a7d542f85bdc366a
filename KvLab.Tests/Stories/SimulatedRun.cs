using KvLab.Core.Chaos;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Stories;

/// <summary>A simulated cluster in a world of its own, as stories and chaos runs begin with, and a log of all that happens in it.</summary>
internal sealed class SimulatedRun
{
    public SimulatedRun(VirtualWorld world, int followers = 5)
    {
        Log = MomentLog.In(world);
        Cluster = new SimulatedCluster(world.Time, followers, ScenarioRunner.Beginning, Log);
        world.Run(Cluster.StartAsync);
    }

    public SimulatedCluster Cluster { get; }
    public MomentLog Log { get; }

    /// <summary>Plays one scenario in a world of its own.</summary>
    public static ScenarioRun Play(Scenario scenario, int seed = 1)
    {
        var world = new VirtualWorld(seed);
        var cluster = new SimulatedRun(world).Cluster;
        var run = world.Run(() => new KvLab.Core.Scenarios.ScenarioRunner(scenario, cluster).RunAsync("1", CancellationToken.None));
        world.Run(async () => await cluster.DisposeAsync());
        return run;
    }

    /// <summary>Plays one plan in a world of its own.</summary>
    public static ChaosReport Play(ChaosPlan plan, int seed)
    {
        var world = new VirtualWorld(seed) { StepLimit = 20_000_000 };
        var cluster = new SimulatedRun(world, plan.Followers).Cluster;
        var report = world.Run(() => new ChaosRunner(plan, cluster).RunAsync("1", CancellationToken.None));
        world.Run(async () => await cluster.DisposeAsync());
        return report;
    }
}
