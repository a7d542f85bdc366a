using KvLab.Core.Chaos;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Scenarios;
using KvLab.Core.Simulation;
using KvLab.Tests.Components.Experiments;
using KvLab.Tests.Stories;
using KvLab.Web.Experiments;
using KvLab.Web.Leases;
using KvLab.Web.Problems;
using KvLab.Web.Runs;
using KvLab.Web.Scenarios;
using Xunit;

namespace KvLab.Tests.Simulation;

/// <summary>The simulator shares nothing with the real cluster: neither waits for the other.</summary>
[Trait("Category", "Unit")]
public sealed class SimulatedBesideTests : IAsyncDisposable
{
    private static readonly ExperimentPlan Real = new() { Writes = 4, Keys = 1, Concurrency = 1, Quorums = [1], Calibrate = false, WarmUpWrites = 0, SettleMs = 0 };
    private static readonly ExperimentPlan Simulated = Presets.Current with { Writes = 50, Simulate = true };
    private static readonly ExperimentPlan Long = Simulated with { Writes = 500_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-simulated-").FullName;
    private readonly ExclusiveLease _lease = new();
    private readonly HeldCluster _cluster = new();
    private readonly RunStore _store;
    private readonly ExperimentService _experiments;

    public SimulatedBesideTests()
    {
        _store = new RunStore(_folder);
        _experiments = _cluster.Experiments(_store, TimeProvider.System, _lease);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_experiment_is_simulated_while_another_has_the_cluster_and_both_are_kept()
    {
        var real = await _experiments.StartAsync(Real, Now);
        var done = await _experiments.WhenDoneAsync((await _experiments.StartAsync(Simulated, Now)).Id).WaitAsync(TimeSpan.FromSeconds(30), Now);
        Assert.Equal((RunState.Done, 42L, 5), (done.State, done.Environment.SimulationSeed!.Value, done.Points.Count));
        Assert.Equal(real.Id, _experiments.Current!.Id);
        Assert.Contains(real.Id, _lease.Current!.Holder, StringComparison.Ordinal);

        var stored = _experiments.Find(done.Id)!;
        Assert.True(RunView.Of(stored).Simulated);
        Assert.False(RunView.Of(_experiments.Find(real.Id)!).Simulated);
        Assert.Equal([(done.Id, true), (real.Id, false)], _experiments.List().Select(r => (r.Id, r.Simulated)).OrderBy(r => r.Item2 ? 0 : 1));
        _experiments.Cancel(real.Id);
        _cluster.Answer();
        await _experiments.WhenDoneAsync(real.Id);
    }

    [Fact]
    public async Task It_holds_nothing_while_it_runs_cannot_be_paused_and_can_be_cancelled()
    {
        var run = await _experiments.StartAsync(Long, Now);
        Assert.Null(_lease.Current);
        Assert.Null(_experiments.Current);
        Assert.Contains("cannot be paused", Assert.Throws<CommandException>(() => _experiments.Pause(run.Id)).Message, StringComparison.Ordinal);
        _experiments.Cancel(run.Id);
        Assert.Equal(RunState.Cancelled, (await _experiments.WhenDoneAsync(run.Id).WaitAsync(TimeSpan.FromSeconds(30), Now)).State);
    }

    [Fact]
    public async Task More_than_two_at_a_time_are_refused()
    {
        var runs = new[] { await _experiments.StartAsync(Long, Now), await _experiments.StartAsync(Long, Now) };
        var refused = await Assert.ThrowsAsync<CommandException>(() => _experiments.StartAsync(Simulated, Now));
        Assert.Equal((409, "2 simulated runs are going on already, which is the most at a time. Wait for one or cancel one."), (refused.Status, refused.Message));
        foreach (var run in runs)
        {
            _experiments.Cancel(run.Id);
            await _experiments.WhenDoneAsync(run.Id).WaitAsync(TimeSpan.FromSeconds(30), Now);
        }
    }

    [Fact]
    public async Task A_story_is_simulated_while_another_has_the_cluster()
    {
        using var held = _lease.Take("drill", "Drill 1", static () => { });
        var registry = new RunRegistry(_lease, TimeProvider.System);
        var stories = new ScenarioService(new RunBook<ScenarioRun>(registry, RunSort.Scenario), new RunBook<ChaosReport>(registry, RunSort.Chaos), () => new AnsweringStage([]), TimeProvider.System);
        var begun = stories.Simulate(ScenarioService.Find("freeze"), seed: 3);
        var run = await stories.Scenarios.WhenDoneAsync(begun.Id).WaitAsync(TimeSpan.FromSeconds(30), Now);
        Assert.Equal((ScenarioState.Passed, true, SimulatedCluster.StageName), (run.State, run.Simulated, run.Stage));
        Assert.Equal(("Scenario freeze", true), registry.All.Select(l => (l.What, l.Simulated)).Single());
        Assert.Equal("Drill 1", _lease.Current!.Holder);
    }

    public async ValueTask DisposeAsync()
    {
        await _experiments.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
