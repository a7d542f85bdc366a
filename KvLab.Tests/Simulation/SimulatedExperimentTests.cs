using System.Text;
using AngleSharp.Html.Parser;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Simulation;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Simulation;

/// <summary>Experiments in the simulator give what theory says, always the same, and say what they are.</summary>
[Trait("Category", "Unit")]
public sealed class SimulatedExperimentTests
{
    private const string Mark = "simulated (virtual time, seed 42)";
    private static readonly ExperimentPlan Plan = Presets.Current with { Writes = 200, Simulate = true };
    private static readonly Lazy<ExperimentRun> Done = new(() => Run(Plan));

    private static ExperimentRun Run(ExperimentPlan plan, Action<ExperimentRun>? onChange = null) => RunUntil(plan, onChange ?? (_ => { }), CancellationToken.None);

    private static ExperimentRun RunUntil(ExperimentPlan plan, Action<ExperimentRun> onChange, CancellationToken cancelled) =>
        SimulatedExperiment.Run(plan, 5, "run", ExperimentService.Here, TimeProvider.System, onChange, cancelled).Run;

    [Fact]
    public void The_means_of_all_quorums_lie_in_their_bands_and_rise_with_W()
    {
        var run = Done.Value;
        Assert.Equal(RunState.Done, run.State);
        Assert.All(run.Points, p => Assert.True(p.InBand, $"{p.Plan.Label}: {p.Client.MeanMs} is not between {p.Prediction.BandLowMs} and {p.Prediction.BandHighMs}"));
        Assert.All(run.Points.Zip(run.Points.Skip(1)), pair => Assert.True(pair.Second.Client.MeanMs > pair.First.Client.MeanMs));
        Assert.All(run.Points, p => Assert.Equal((200, 0, 0), (p.Succeeded, p.Unanswered, p.FailedDeliveries)));
        Assert.All(run.Points, p => Assert.True(p.Check(ReplicaCheck.Settled)!.Report.Converged));
        Assert.DoesNotContain(run.Findings, f => f.Severity != Severity.Info);
    }

    [Fact]
    public void There_is_nothing_to_calibrate_so_overhead_is_none_and_no_machine_limits_it()
    {
        var run = Done.Value;
        Assert.All(run.Calibration.Overheads, o => Assert.Equal((0, 0), (o.Writes, o.MeanMs)));
        Assert.Equal([1, 2, 3, 4, 5], run.Calibration.Overheads.Select(o => o.WriteQuorum));
        Assert.Empty(run.Calibration.Limits);
        Assert.All(run.Points, p => Assert.Null(p.Prediction.SaturationMs));
    }

    [Fact]
    public void Every_delivery_is_known_with_the_delay_that_was_drawn_for_it()
    {
        var samples = Done.Value.Points[2].Samples;
        Assert.Equal(5, samples.Followers.Count);
        Assert.All(samples.DelayMs.Zip(samples.CompletedMs), d => Assert.Equal(d.First, d.Second, 0.001));
    }

    [Fact]
    public void One_seed_is_one_run_to_the_last_digit_and_another_seed_another()
    {
        Assert.Equal(RunCsv.Checksum(Done.Value), RunCsv.Checksum(Run(Plan)));
        Assert.NotEqual(RunCsv.Checksum(Done.Value), RunCsv.Checksum(Run(Plan with { Seed = 43 })));
    }

    [Fact]
    public void A_sweep_over_followers_has_clusters_of_these_sizes()
    {
        var run = Run(Plan with { Writes = 500, Quorums = [2], Sweep = new Sweep(SweepAxis.Followers, ["3", "7"]) });
        Assert.Equal(RunState.Done, run.State);
        Assert.Equal([3, 7], run.Points.Select(p => p.Samples.Followers.Count));
        Assert.All(run.Points, p => Assert.True(p.InBand));
    }

    [Fact]
    public void A_sweep_over_storage_is_refused_because_the_simulator_has_memory_only()
    {
        var storages = Plan with { Sweep = new Sweep(SweepAxis.Storage, ["memory", "sqlite"]) };
        Assert.Contains("the simulator stores in memory only", Assert.Single(storages.Validate(5)).Message, StringComparison.Ordinal);
        Assert.Empty((storages with { Simulate = false }).Validate(5));
    }

    [Fact]
    public void Whoever_cancels_it_from_another_thread_keeps_what_was_done()
    {
        using var cancel = new CancellationTokenSource();
        var run = RunUntil(Plan with { Writes = 20_000 }, state =>
        {
            if (state.Points.Count == 1 && !cancel.IsCancellationRequested) Task.Run(cancel.Cancel, TestContext.Current.CancellationToken).Wait(TestContext.Current.CancellationToken);
        }, cancel.Token);
        Assert.Equal(RunState.Cancelled, run.State);
        Assert.Single(run.Points);
    }

    [Fact]
    public void Who_is_told_of_its_states_is_not_in_its_world()
    {
        var contexts = new HashSet<SynchronizationContext?>();
        Run(Plan with { Writes = 5, Quorums = [1] }, _ => contexts.Add(SynchronizationContext.Current));
        Assert.Null(Assert.Single(contexts));
    }

    [Fact]
    public void A_file_keeps_that_it_was_simulated_and_one_that_hides_it_is_refused()
    {
        var file = Encoding.UTF8.GetString(RunFile.Write(Done.Value));
        Assert.Equal(42, RunFile.Read(Encoding.UTF8.GetBytes(file)).Environment.SimulationSeed);
        foreach (var (said, hidden) in new[] { ("\"simulationSeed\":42", "\"simulationSeed\":7"), ("\"simulate\":true", "\"simulate\":false") })
        {
            Assert.Contains(said, file, StringComparison.Ordinal);
            var wrong = Assert.Throws<WrongRunException>(() => RunFile.Read(Encoding.UTF8.GetBytes(file.Replace(said, hidden, StringComparison.Ordinal))));
            Assert.Contains("run.environment.simulationSeed", wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_report_and_all_its_figures_say_so_and_a_run_on_nodes_says_nothing_of_it()
    {
        var html = ReportBuilder.Build(new ReportRequest { Runs = ["run"] }, [Done.Value]);
        var report = new HtmlParser().ParseDocument(html);
        Assert.StartsWith($"This run was {Mark}", report.QuerySelector("ul.sentences > li")!.TextContent, StringComparison.Ordinal);
        Assert.Contains(Mark, report.QuerySelector("section.provenance")!.TextContent, StringComparison.Ordinal);
        Assert.All(report.QuerySelectorAll("figcaption"), c => Assert.EndsWith($"S{Mark[1..]}.", c.TextContent, StringComparison.Ordinal));
        Assert.Contains(report.QuerySelectorAll("table > caption"), c => c.TextContent.Contains($"Overhead: none, because the run was {Mark}", StringComparison.Ordinal));
        Assert.Contains("simulated on ", report.QuerySelector("header")!.TextContent, StringComparison.Ordinal);

        var onNodes = Done.Value with { Plan = Plan with { Simulate = false }, Environment = ExperimentService.Here };
        Assert.DoesNotContain("simulated (", ReportBuilder.Build(new ReportRequest { Runs = ["run"] }, [onNodes]), StringComparison.Ordinal);
        Assert.Contains(Mark, RunFigures.Comparison(Done.Value, onNodes).Caption, StringComparison.Ordinal);
    }
}
