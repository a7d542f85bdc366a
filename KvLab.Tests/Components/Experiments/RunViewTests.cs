using System.Globalization;
using Bunit;
using KvLab.Core.Experiments;
using KvLab.Nodes.Storage;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Components.Pages;
using KvLab.Web.Components.Panels.Experiments;
using KvLab.Web.Components.View;
using KvLab.Web.Csv;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Components.Experiments;

[Trait("Category", "Component")]
public sealed class RunViewTests : ExperimentPageTest
{
    private Shown Result(ExperimentRun run, string more = "")
    {
        Stored(run);
        var page = Show<ExperimentsPage>($"/experiments?run={run.Id}{more}");
        page.UntilThere("run-view");
        return page;
    }

    [Fact]
    public void The_sentences_of_the_report_are_on_the_page()
    {
        var page = Result(Clean);
        Assert.Equal(Sentences.Of(Clean), page.All("[data-testid=run-sentences] > li").Select(l => l.TextContent));
    }

    [Fact]
    public void A_finding_says_how_grave_it_is_and_fills_the_form_with_what_would_be_better()
    {
        var page = Result(Saturated);
        Assert.Contains("warning: interpret with care", page.Text("finding-saturated"), StringComparison.Ordinal);
        Assert.Equal("#g-partial", page.All("[data-testid=finding-saturated] use")[0].GetAttribute("href"));

        var suggestion = Saturated.Findings.First(f => f.Kind == FindingKind.Saturated).Suggestion!;
        page.At("finding-saturated-run").Click();
        page.UntilThere("plan-start");
        Assert.Equal($"{suggestion.Concurrency}", page.At("plan-concurrency").GetAttribute("value"));
        Assert.Equal(suggestion.Name, page.At("plan-name").GetAttribute("value"));
        Assert.Null(Experiments.Current);
    }

    [Fact]
    public void The_same_finding_at_several_points_is_one_note()
    {
        var page = Result(Naive);
        Assert.Equal(Naive.Findings.Select(f => f.Kind).Distinct().Count(), page.All(".kv-finding").Count);
        Assert.Equal(Naive.Findings.Count - page.All(".kv-finding").Count, page.All(".kv-finding details li").Count);
    }

    [Fact]
    public void Every_figure_is_a_chart_a_table_and_three_files()
    {
        var page = Result(Naive);
        foreach (var figure in RunFigures.All(Naive))
        {
            Assert.Equal($"api/experiments/naive/figures/{figure.Id}.svg", page.At($"figure-{figure.Id}-svg").GetAttribute("href"));
            Assert.Equal($"api/experiments/naive/figures/{figure.Id}.csv", page.At($"figure-{figure.Id}-csv").GetAttribute("href"));
            Assert.False(page.Has($"figure-{figure.Id}-numbers"));
        }

        page.At("figure-conflicts-table").Click();
        page.UntilThere("figure-conflicts-numbers");
        var table = RunFigures.All(Naive).Single(f => f.Id == "conflicts").ToTable();
        Assert.Equal(table.Columns, page.All("[data-testid=figure-conflicts-numbers] th").Select(h => h.TextContent));
        Assert.Equal(table.Rows.SelectMany(r => r), page.All("[data-testid=figure-conflicts-numbers] tbody td").Select(d => d.TextContent));
        Assert.True(page.At("figure-conflicts-png").HasAttribute("disabled"));
    }

    [Fact]
    public void The_latency_table_shows_the_numbers_of_each_point_and_whether_its_mean_is_in_the_band()
    {
        var page = Result(Saturated);
        foreach (var point in Saturated.Points)
        {
            var row = page.Text($"latency-{point.Plan.Index}");
            Assert.StartsWith(point.Plan.Label, row, StringComparison.Ordinal);
            Assert.Contains(point.Client.MeanMs.ToString("0.00", CultureInfo.InvariantCulture), row, StringComparison.Ordinal);
            Assert.Contains(point.Client.P99Ms.ToString("0.00", CultureInfo.InvariantCulture), row, StringComparison.Ordinal);
            Assert.Contains(point.InBand ? "inside" : "outside", row, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Table_chart_files_and_REST_say_the_same_prediction_with_the_overhead_in_it()
    {
        var page = Result(Saturated);
        var headers = page.All("[data-testid=latency] thead th").Select(h => h.TextContent).ToList();
        var drawn = RunFigures.QuorumLatency(Saturated).Series.Single(s => s.Name.Contains("predicted", StringComparison.Ordinal)).Y;
        var csv = RunCsv.Points(Saturated).Split('\n');
        var column = csv[0].Split(',').ToList().IndexOf("predicted_mean_ms");
        var report = ReportBuilder.Build(new ReportRequest { Runs = [Saturated.Id] }, [Saturated]);
        foreach (var (point, i) in Saturated.Points.Select((p, i) => (p, i)))
        {
            var predicted = point.Prediction.DelayMeanMs + point.Prediction.OverheadMs;
            var shown = predicted.ToString("0.00", CultureInfo.InvariantCulture);
            Assert.True(point.Prediction.OverheadMs > 0);
            Assert.Equal(predicted, drawn[i], 9);
            Assert.Equal(predicted, PointView.Of(point).PredictedMeanMs, 9);
            Assert.Equal(predicted, double.Parse(csv[i + 1].Split(',')[column], CultureInfo.InvariantCulture), 9);
            Assert.Equal(shown, page.All($"[data-testid=latency-{point.Plan.Index}] > *").ToList()[headers.IndexOf("predicted")].TextContent);
            Assert.Contains($"<td>{shown}</td>", report, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Replicas_are_compared_at_three_moments_and_each_moment_teaches_why_it_matters()
    {
        var page = Result(Naive);
        var point = Naive.Points.Count(p => p.Plan.SweepValue == "versioned"); // the first naive one
        page.Choose("checks-point", Naive.Points[point].Plan.Label);
        page.Until(() => page.Text("check-converged").StartsWith(Naive.Points[point].Plan.Label, StringComparison.Ordinal));

        Assert.Contains("may only be replication still in progress", page.Text("check-answered"), StringComparison.Ordinal);
        Assert.Contains("Only from here on", page.Text("check-quiescent"), StringComparison.Ordinal);
        var settled = Naive.Points[point].Check(ReplicaCheck.Settled)!.Report;
        Assert.True(settled.Followers.Sum(f => f.Behind + f.Ahead) > 0);
        Assert.Equal(settled.Followers.Select(f => $"{f.Behind + f.Ahead}"),
            page.All("[data-testid=check-settled] tbody tr").Select(r => r.Children[^2].TextContent.Trim()));
    }

    [Fact]
    public void Followers_and_the_machine_have_their_numbers()
    {
        var page = Result(Clean);
        var first = Clean.Points[0].Followers[0];
        Assert.Equal([first.Id, $"{first.Applied}", $"{first.Superseded}"], page.At($"follower-row-{first.Id}").Children.Take(3).Select(c => c.TextContent));
        page.Choose("followers-point", Clean.Points[2].Plan.Label);
        page.Until(() => page.At($"follower-row-{first.Id}").Children[5].TextContent == $"{Clean.Points[2].Followers[0].Late}");
        Assert.Contains("200", page.Text("overhead-5-3"), StringComparison.Ordinal);
        Assert.Contains("writes/s", page.Text("limit-5"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_run_says_so_and_keeps_what_was_measured()
    {
        var page = Result(Clean with { State = RunState.Broken, Error = "The dashboard ended in the middle of this run.", Points = [.. Clean.Points.Take(1)], Findings = [] });
        Assert.Equal("broken", page.At("run-view").GetAttribute("data-state"));
        Assert.Contains("The dashboard ended", page.Text("run-error"), StringComparison.Ordinal);
        Assert.Single(page.All("[data-testid=latency] tbody tr"));
    }

    [Fact]
    public void Two_runs_are_drawn_in_one_figure()
    {
        Stored(Clean, Naive);
        var page = Show<ExperimentsPage>("/experiments?run=clean");
        page.UntilThere("run-compare");
        page.Choose("run-compare", $"{Naive.Plan.Name}, {Services.GetRequiredService<ViewerClock>().Exact(new DateTimeOffset(2026, 3, 1, 11, 0, 0, TimeSpan.Zero))}");
        page.UntilThere("figure-comparison");
        Assert.EndsWith("run=clean&compare=naive", Address, StringComparison.Ordinal);
        Assert.Equal("api/experiments/compare.svg?left=clean&right=naive", page.At("figure-comparison-svg").GetAttribute("href"));
    }

    [Fact]
    public void A_run_under_way_shows_its_points_and_progress()
    {
        var running = Clean with
        {
            State = RunState.Running,
            Points = [.. Clean.Points.Take(2)],
            Findings = [],
            Progress = new RunProgress("measuring W=5", 2, 3, 0.6, 14),
        };
        var view = Render<RunProgressPanel>(p => p.Add(c => c.Run, running));
        Assert.Contains("2 of 3 points done", Shown.Fold(view.Markup), StringComparison.Ordinal);
        Assert.Contains("about 14 s left", Shown.Fold(view.Markup), StringComparison.Ordinal);
        Assert.Equal("0.6", view.Find("[role=progressbar]").GetAttribute("aria-valuenow"));

        var picture = RunPicture.Of(running);
        Assert.Same(picture.Figures, picture.Next(running with { Progress = RunProgress.None }).Figures);
        Assert.NotSame(picture.Figures, picture.Next(Clean).Figures);
    }
}
