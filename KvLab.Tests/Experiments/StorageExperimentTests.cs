using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>Issue: the same load over each storage, with chart and table, in virtual time.</summary>
[Trait("Category", "Unit")]
public sealed class StorageExperimentTests
{
    private const string Gone = "no server is configured for it.";

    private static readonly ExperimentPlan Plan = Presets.StorageCompared with { Writes = 40, WarmUpWrites = 5 };

    private static Machine With(double redis, string? redisIs = null, string? allAre = null) => new()
    {
        OverheadMs = 0.5,
        Storages = new Dictionary<string, (double, string?)> { ["memory"] = (0, allAre), ["sqlite"] = (1, allAre), ["redis"] = (redis, redisIs ?? allAre), ["postgres"] = (3, allAre) },
    };

    /// <summary>One run for all who only read it.</summary>
    private static readonly Lazy<(ExperimentRun Run, string? Left)> Measured = new(() =>
    {
        WorldExperiment? of = null;
        var run = WorldExperiment.Run(Plan, With(redis: 2), onChange: (experiment, _) => of = experiment);
        return (run, of!.Storage);
    });

    [Fact]
    public void Each_storage_is_calibrated_for_itself_and_lies_in_its_own_band()
    {
        var run = Measured.Value.Run;
        Assert.Equal(RunState.Done, run.State);
        Assert.Equal(["memory", "sqlite", "redis", "postgres"], run.Points.Select(p => p.Plan.Storage).Distinct());
        Assert.Equal(12, run.Points.Count);
        Assert.Equal([0.5, 1.5, 2.5, 3.5], run.Points.Where(p => p.Plan.Settings.WriteQuorum == 3).Select(p => Math.Round(p.Client.MeanMs, 3)));
        Assert.All(run.Points, p => Assert.True(p.InBand && p.Prediction.OverheadMs > 0, $"{p.Plan.Label}: {p.Client.MeanMs} not in {p.Prediction}"));
        Assert.Equal([0, 40, 40, 40], run.Points.Where(p => p.Plan.Settings.WriteQuorum == 1).Select(p => p.Storing.Count));
        Assert.Equal(2, run.Points.First(p => p.Plan.Storage == "redis").Storing.P99Ms);
        Assert.DoesNotContain(run.Findings, f => f.Severity != Severity.Info);
    }

    [Fact]
    public void The_nodes_get_back_what_they_stored_in() => Assert.Null(Measured.Value.Left);

    [Fact]
    public void A_storage_that_is_absent_is_told_with_its_reason_and_the_others_are_measured()
    {
        var run = WorldExperiment.Run(Plan, With(redis: 2, redisIs: Gone));

        Assert.Equal(RunState.Done, run.State);
        Assert.Equal(["memory", "sqlite", "postgres"], run.Points.Select(p => p.Plan.Storage).Distinct());
        Assert.Equal(new AbsentStorage("redis", Gone), Assert.Single(run.Absent));
        Assert.Equal($"redis was not measured: {Gone}", Assert.Single(run.Findings, f => f.Kind == FindingKind.StorageAbsent).Sentence);
        Assert.Contains($"redis was not measured: {Gone}", ReportBuilder.Build(new ReportRequest { Runs = [run.Id] }, [run]));
        Assert.Equal(run.Absent, RunFile.Read(RunFile.Write(run)).Absent);
    }

    [Fact]
    public void Where_no_storage_is_there_the_run_fails_with_the_reasons()
    {
        var run = WorldExperiment.Run(Plan, With(redis: 2, allAre: Gone));
        Assert.Equal(RunState.Failed, run.State);
        Assert.StartsWith($"memory was not measured: {Gone}", run.Error);
    }

    [Fact]
    public void The_result_is_a_chart_a_sentence_and_a_column()
    {
        var run = Measured.Value.Run;
        var figures = RunFigures.All(run);
        Assert.Equal(["storage-latency", "storing"], figures.Take(2).Select(f => f.Id));
        Assert.Equal(["memory", "sqlite", "redis", "postgres"], figures[0].Series.Select(s => s.Name));
        Assert.Equal(["sqlite", "redis", "postgres"], figures[1].Series.Select(s => s.Name));
        Assert.Contains("Mean latency at W=5 by storage: memory 0.50 ms, sqlite 1.50 ms (3.0 times memory), redis 2.50 ms (5.0 times memory), postgres 3.50 ms (7.0 times memory).", Sentences.Of(run));
        Assert.Contains("stored_mean_ms,stored_p50_ms,stored_p99_ms", RunCsv.Points(run));
        Assert.EndsWith(",leader_stored_ms", RunCsv.Samples(run).Split("\r\n")[0]);
        Assert.Contains("<th scope=\"col\">stored</th>", ReportBuilder.Build(new ReportRequest { Runs = [run.Id] }, [run]));
    }

    [Fact]
    public void A_run_that_asks_for_no_storage_has_the_samples_that_it_always_had() =>
        Assert.DoesNotContain("stored", RunCsv.Samples(WorldExperiment.Run(Presets.Current with { Writes = 5, WarmUpWrites = 0 })));
}
