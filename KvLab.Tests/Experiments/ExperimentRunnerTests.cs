using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Waiting;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>Issue: the assignment's experiment, on Core's own leader in virtual time, where overhead is 0 and theory must be met exactly within chance.</summary>
[Trait("Category", "Unit")]
public sealed class ExperimentRunnerTests
{
    private static readonly ExperimentPlan Small = Presets.Current with { Writes = 60, WarmUpWrites = 5 };

    [Fact]
    public void Current_preset_meets_theory_in_every_band_and_ends_with_equal_replicas()
    {
        var run = WorldExperiment.Run(Presets.Current);

        Assert.Equal(RunState.Done, run.State);
        Assert.Equal([166.667, 333.333, 500, 666.667, 833.333], run.Points.Select(p => Math.Round(p.Prediction.DelayMeanMs, 3)));
        Assert.All(run.Points, p => Assert.True(p.InBand, $"{p.Plan.Label}: {p.Client.MeanMs} not in {p.Prediction}"));
        Assert.All(run.Points, p => Assert.True(p.Check(ReplicaCheck.Settled)!.Report.Converged));
        Assert.DoesNotContain(run.Findings, f => f.Severity == Severity.Error);
    }

    [Fact]
    public void Every_write_takes_exactly_the_Wth_smallest_of_its_own_drawn_delays()
    {
        var run = WorldExperiment.Run(Small);

        foreach (var point in run.Points)
            for (var row = 0; row < point.Writes; row++)
                Assert.Equal(point.Samples.DrawnOrderStatisticMs(row, point.Plan.Settings.WriteQuorum), point.Samples.LeaderMs[row], 0.001);
    }

    [Fact]
    public void The_same_plan_and_seed_draws_the_same_delays_in_every_run_although_versions_never_repeat()
    {
        var world = new VirtualWorld(7);
        var (first, second) = world.Run(async () =>
        {
            var experiment = new WorldExperiment(world);
            return (await RunOn(world, experiment, Small), await RunOn(world, experiment, Small));
        });

        Assert.Empty(first.Points[0].Samples.Version.Intersect(second.Points[0].Samples.Version));
        foreach (var (a, b) in first.Points.Zip(second.Points)) Assert.Equal(Schedule(a), Schedule(b));
    }

    [Fact]
    public void Another_seed_draws_other_delays() =>
        Assert.NotEqual(Schedule(WorldExperiment.Run(Small).Points[0]), Schedule(WorldExperiment.Run(Small with { Seed = 43 }).Points[0]));

    [Fact]
    public void Settings_are_put_back_after_the_end_and_after_a_cancel()
    {
        var before = new LiveSettings { WriteQuorum = 2, MinDelayMs = 3, MaxDelayMs = 30, Seed = 9 };
        var world = new VirtualWorld(3);
        var after = world.Run(async () =>
        {
            var experiment = new WorldExperiment(world, settings: before);
            using var cancel = new CancellationTokenSource();
            var runner = new ExperimentRunner(Small, experiment, world.Time, new PauseGate(), run =>
            {
                if (run.Points.Count == 2) cancel.Cancel();
            });
            var run = await runner.RunAsync("run", WorldExperiment.Environment, cancel.Token);
            Assert.Equal(RunState.Cancelled, run.State);
            Assert.Equal(2, run.Points.Count);
            return experiment.Cluster.Leader.Settings;
        });

        Assert.Equal(before, after with { DelayOrigin = 0 });
    }

    [Fact]
    public void A_sweep_over_followers_changes_their_number_and_puts_it_back()
    {
        var counts = new HashSet<int>();
        var plan = Small with { Quorums = [1], Writes = 10, Sweep = new Sweep(SweepAxis.Followers, ["1", "3", "7"]) };
        var run = WorldExperiment.Run(plan, onChange: (e, _) => counts.Add(e.Cluster.Followers.Count));

        Assert.Equal(RunState.Done, run.State);
        Assert.Equal([1, 3, 7], run.Points.Select(p => p.Samples.Followers.Count));
        Assert.Superset(new HashSet<int> { 1, 3, 7 }, counts);
        Assert.Equal(5, run.Followers.Count);
    }

    [Fact]
    public void A_pause_holds_back_writes_and_a_resume_lets_them_go_on()
    {
        var world = new VirtualWorld(11);
        var pause = new PauseGate();
        world.Run(async () =>
        {
            var experiment = new WorldExperiment(world);
            pause.Pause();
            var running = new ExperimentRunner(Small with { Calibrate = false }, experiment, world.Time, pause, _ => { })
                .RunAsync("run", WorldExperiment.Environment, CancellationToken.None);
            await Task.Delay(TimeSpan.FromMinutes(5), world.Time);
            Assert.Empty(experiment.Cluster.Writes);
            pause.Resume();
            Assert.Equal(RunState.Done, (await running).State);
        });
    }

    [Fact]
    public void The_naive_arm_leaves_differences_below_W5_where_the_versioned_arm_with_the_same_delays_leaves_none()
    {
        var run = WorldExperiment.Run(Presets.VersionedAgainstNaive);

        var naive = run.Points.Where(p => p.Plan.Settings.Versioning == VersioningMode.Naive).ToList();
        var versioned = run.Points.Where(p => p.Plan.Settings.Versioning == VersioningMode.Versioned).ToList();
        Assert.All(naive.Where(p => p.Plan.Settings.WriteQuorum < 5), p => Assert.True(Differences(p) > 0, p.Plan.Label));
        Assert.All(versioned, p => Assert.Equal(0, Differences(p)));
        foreach (var (v, n) in versioned.Zip(naive)) Assert.Equal(Schedule(v), Schedule(n));
    }

    private static int Differences(PointResult point) => point.Check(ReplicaCheck.Settled)!.Report.Followers.Sum(f => f.Missing + f.Behind + f.Conflicts + f.Ahead);

    /// <summary>Delays per (version counted from the origin, follower): independent of which client sent which write.</summary>
    private static SortedDictionary<long, string> Schedule(PointResult point)
    {
        var n = point.Samples.Followers.Count;
        return new(Enumerable.Range(0, point.Writes).ToDictionary(
            row => point.Samples.Version[row] - point.DelayOrigin,
            row => string.Join(' ', point.Samples.DelayMs[(row * n)..((row + 1) * n)])));
    }

    private static Task<ExperimentRun> RunOn(VirtualWorld world, WorldExperiment experiment, ExperimentPlan plan) =>
        new ExperimentRunner(plan, experiment, world.Time, new PauseGate(), _ => { }).RunAsync("run", WorldExperiment.Environment, CancellationToken.None);
}
