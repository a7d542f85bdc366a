using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;
using Xunit;

namespace KvLab.Tests.Experiments;

/// <summary>What is kept of a run, and whether the report says what the raw samples say.</summary>
[Trait("Category", "Unit")]
public sealed class RunStoreTests : IDisposable
{
    private static readonly Lazy<ExperimentRun> Run = new(() => WorldExperiment.Run(Presets.VersionedAgainstNaive with { Writes = 60, Quorums = [1, 3] }));
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-runs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_stored_run_comes_back_with_every_sample()
    {
        using (var store = new RunStore(_folder)) store.Save(Run.Value);
        using var again = new RunStore(_folder);

        var loaded = again.Load(Run.Value.Id)!;
        Assert.Equal(RunCsv.Samples(Run.Value), RunCsv.Samples(loaded));
        Assert.Equal(RunCsv.Points(Run.Value), RunCsv.Points(loaded));
        Assert.Equal(Run.Value.Points.Count, Assert.Single(again.List()).Points);
    }

    [Fact]
    public void A_run_that_was_under_way_when_the_dashboard_ended_is_broken_and_keeps_its_points()
    {
        using (var store = new RunStore(_folder))
        {
            store.Save(Run.Value with { Id = "whole" });
            store.Save(Run.Value with { Id = "cut", State = RunState.Running, Points = [.. Run.Value.Points.Take(2)] });
        }

        using var again = new RunStore(_folder);
        Assert.Equal(RunState.Done, again.Load("whole")!.State);
        var broken = again.Load("cut")!;
        Assert.Equal(RunState.Broken, broken.State);
        Assert.Equal(2, broken.Points.Count);
    }

    [Fact]
    public void An_export_can_be_imported_and_a_changed_one_is_refused()
    {
        var file = RunFile.Write(Run.Value);
        Assert.Equal(RunCsv.Samples(Run.Value), RunCsv.Samples(RunFile.Read(file)));

        var tampered = Encoding.UTF8.GetString(file).Replace("\"success\":[true", "\"success\":[false", StringComparison.Ordinal);
        Assert.Contains("checksum", Assert.Throws<WrongRunException>(() => RunFile.Read(Encoding.UTF8.GetBytes(tampered))).Message);
        Assert.Throws<WrongRunException>(() => RunFile.Read("{}"u8));
        Assert.Throws<WrongRunException>(() => RunFile.Read("no json"u8));
        Assert.Contains("newer", Assert.Throws<WrongRunException>(() =>
            RunFile.Read(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(file).Replace("\"schema\":2", "\"schema\":99", StringComparison.Ordinal)))).Message);
    }

    [Fact]
    public void A_file_of_the_first_schema_has_the_checksum_that_it_had()
    {
        var csv = RunCsv.Samples(Run.Value);
        var old = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(csv[1..].Replace("\r\n", "\n", StringComparison.Ordinal))));
        var file = Encoding.UTF8.GetString(RunFile.Write(Run.Value))
            .Replace("\"schema\":2", "\"schema\":1", StringComparison.Ordinal).Replace(RunCsv.Checksum(Run.Value), old, StringComparison.Ordinal);
        Assert.Equal(csv, RunCsv.Samples(RunFile.Read(Encoding.UTF8.GetBytes(file))));
    }

    [Fact]
    public void Rename_and_delete_find_their_run_or_say_no()
    {
        using var store = new RunStore(_folder);
        store.Save(Run.Value);
        Assert.True(store.Rename(Run.Value.Id, "Tuesday's group"));
        Assert.Equal("Tuesday's group", store.List()[0].Name);
        Assert.True(store.Delete(Run.Value.Id));
        Assert.False(store.Delete(Run.Value.Id));
        Assert.Null(store.Load(Run.Value.Id));
    }

    [Fact]
    public void Figures_of_the_report_can_be_computed_again_from_the_exported_raw_samples()
    {
        var run = Run.Value;
        var rows = RunCsv.Samples(run).Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split(',')).ToList();
        var report = ReportBuilder.Build(new ReportRequest(), [run]);
        foreach (var point in run.Points)
        {
            var client = rows.Where(r => r[0] == point.Plan.Index.ToString(CultureInfo.InvariantCulture))
                .Select(r => double.Parse(r[5], CultureInfo.InvariantCulture)).Order().ToList();
            var mean = client.Sum() / client.Count;
            var p95 = client[(int)Math.Ceiling(0.95 * client.Count) - 1];
            Assert.Equal(mean, point.Client.MeanMs, 1e-9);
            Assert.Equal(p95, point.Client.P95Ms);
            Assert.Contains($"<td>{mean.ToString("0.00", CultureInfo.InvariantCulture)}</td>", report);
            Assert.Contains($"<td>{p95.ToString("0.00", CultureInfo.InvariantCulture)}</td>", report);
            var stale = rows.Where(r => r[0] == point.Plan.Index.ToString(CultureInfo.InvariantCulture)).Sum(r => r.Count(cell => cell == "superseded"));
            Assert.Equal(stale, point.StaleRefusals);
        }

        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RunCsv.Samples(run)))), report);
    }

    [Fact]
    public void Generated_sentences_say_no_more_than_the_numbers_show()
    {
        var rising = WorldExperiment.Run(Presets.Current with { Writes = 100 });
        Assert.Contains(Sentences.Of(rising), s => s.Contains("rose with every step"));
        var backwards = rising with { Points = [.. rising.Points.Select((p, i) => p with { Client = p.Client with { MeanMs = 1000 - 10 * i } })] };
        Assert.Contains(Sentences.Of(backwards), s => s.Contains("did not rise with every step"));
        Assert.Contains(Sentences.Of(backwards), s => s.Contains("0 of 5 measured means"));

        var lost = Run.Value.Points.Where(p => p.Plan.SweepValue == "naive").Sum(p => p.Check(ReplicaCheck.Settled)!.Report.Followers.Sum(f => f.Missing + f.Behind + f.Conflicts + f.Ahead));
        Assert.Contains(Sentences.Of(Run.Value), s => s.Contains($"Naive mode left {lost} entries") && s.Contains("The versioned points of this run left 0."));
        Assert.DoesNotContain(Sentences.Of(rising), s => s.Contains("Naive"));
    }

    [Fact]
    public void Sentences_and_report_go_by_what_each_point_had_and_not_by_the_plans_own_fields()
    {
        var swept = WorldExperiment.Run(Presets.Current with { Writes = 20, Quorums = [1, 2], MaxDelayMs = 1000, Sweep = new Sweep(SweepAxis.DelayRange, ["0-10", "5-100"]) });
        Assert.StartsWith("Each point is 20 writes over 10 keys by 10 clients, with a uniform delay of 0 to 10 ms or of 5 to 100 ms and seed", Sentences.Of(swept)[0], StringComparison.Ordinal);
        var report = ReportBuilder.Build(new ReportRequest(), [swept]);
        Assert.DoesNotContain("1000 ms", report, StringComparison.Ordinal);
        Assert.Contains("uniform delay of 0 to 10 ms or of 5 to 100 ms, W = 1 and 2", report, StringComparison.Ordinal);

        var shapes = swept.Points[0].Plan with { Settings = swept.Points[0].Plan.Settings with { Distribution = Core.Settings.DelayDistribution.Pareto } };
        Assert.Equal("uniform delay of 0 to 10 ms or pareto delay of 0 to 10 ms", PointWords.Delays([swept.Points[0].Plan, shapes]));
        Assert.Equal("1, 10 or 100", PointWords.Clients([.. new[] { 1, 10, 100, 10 }.Select(c => shapes with { Concurrency = c })]));
        Assert.Equal("10 or 20", PointWords.Keys([shapes, shapes with { Keys = 20 }]));
        Assert.Equal("versioned and naive", PointWords.Modes([shapes, shapes with { Settings = shapes.Settings with { Versioning = Core.Settings.VersioningMode.Naive } }]));
    }

    [Fact]
    public void A_report_loads_nothing_from_anywhere_and_holds_the_students_words_escaped()
    {
        var report = ReportBuilder.Build(new ReportRequest { Author = "Ada <Lovelace>", Answers = ["Because & so on.\n\nSecond."], Conclusion = "W=3." }, [Run.Value]);
        Assert.Contains("Ada &lt;Lovelace&gt;", report);
        Assert.Contains("<p>Because &amp; so on.</p><p>Second.</p>", report);
        Assert.DoesNotContain("<script", report);
        Assert.DoesNotContain("src=", report);
        Assert.DoesNotContain("href=", report);
        Assert.Equal(report, ReportBuilder.Build(new ReportRequest { Author = "Ada <Lovelace>", Answers = ["Because & so on.\n\nSecond."], Conclusion = "W=3." }, [Run.Value]));
    }

    [Fact]
    public void Every_figure_is_drawn_and_its_table_has_every_number()
    {
        var figures = RunFigures.All(Run.Value);
        Assert.Contains(figures, f => f.Id == "conflicts");
        Assert.All(figures, f =>
        {
            Assert.StartsWith("<svg", FigureSvg.Draw(f));
            Assert.DoesNotContain("NaN", FigureSvg.Draw(f));
            Assert.Equal(f.Series.Sum(s => s.X.Count), f.ToTable().Rows.Count);
        });
    }
}
