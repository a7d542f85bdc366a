using KvLab.Core.Experiments;
using KvLab.Core.Wire;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Pictures;

namespace KvLab.Web.Reports;

/// <param name="Run">Position of the run that it is of; the first where it is of all.</param>
/// <param name="Id">What sentences and students name it by.</param>
/// <param name="Number">Figures and tables are counted apart, each from 1 on, in the order of the document.</param>
/// <param name="Figure">Null for a table.</param>
/// <param name="Photo">A picture that somebody put aside is a figure that nobody draws again.</param>
public sealed record Exhibit(int Run, string Id, int Number, Figure? Figure, PictureFile? Photo = null)
{
    public bool IsTable => Figure is null && Photo is null;

    public string Name => IsTable ? $"Table {Number}" : $"Figure {Number}";
}

/// <param name="Name">The student's label, or the run's own name; no two runs of a report have the same.</param>
public sealed record ReportRun(int Index, string Name, ExperimentRun Run);

/// <summary>
/// Every table and figure of a report with its number, known before the first line is written: texts cite what comes later. A student cites with
/// <c>@fig:percentiles</c> or <c>@tbl:latency</c>, and of the second run with <c>@fig:percentiles:2</c>; the number stays right when a figure is left out.
/// </summary>
public sealed class ReportContents
{
    public const string Settings = "settings", Latency = "latency", Work = "work", Replicas = "replicas", Comparison = "comparison";

    /// <summary>These are of what happens after the answers; all others are of latency.</summary>
    private static readonly string[] OfConvergence = ["behind-over-time", "convergence", "conflicts"];

    private readonly List<Exhibit> _all = [];
    private int _tables, _figures;

    /// <param name="pictures">Those that the request names, in its order.</param>
    public static ReportContents Of(ReportRequest request, IReadOnlyList<ExperimentRun> runs, IReadOnlyList<PictureFile>? pictures = null)
    {
        var contents = new ReportContents { Runs = Named(request, runs) };
        if (runs.Count > 0) contents.Table(0, Settings);
        foreach (var (index, _, run) in contents.Runs)
        {
            if (run.Points.Count == 0) continue;
            var figures = RunFigures.All(run).Where(f => request.Figures is null || request.Figures.Contains(f.Id)).ToLookup(f => OfConvergence.Contains(f.Id));
            contents.Table(index, Latency);
            contents.Table(index, Work);
            foreach (var figure in figures[false]) contents.Picture(index, figure);
            contents.Table(index, Replicas);
            foreach (var figure in figures[true]) contents.Picture(index, figure);
        }

        if (runs.Count == 2) contents.Picture(0, RunFigures.Comparison(contents.Labelled(0), contents.Labelled(1)));
        foreach (var (i, picture) in (pictures ?? []).Index())
        {
            contents._all.Add(new Exhibit(0, $"picture-{i + 1}", ++contents._figures, null, picture));
            if (picture.Picture.Table.Rows.Count > 0) contents.Table(0, $"picture-{i + 1}");
        }

        return contents;
    }

    public IReadOnlyList<ReportRun> Runs { get; private init; } = [];

    public IReadOnlyList<Exhibit> All => _all;

    public IEnumerable<Exhibit> Photos => _all.Where(e => e.Photo is not null);

    /// <summary>What is in a picture, as a table; null where nothing is known of it.</summary>
    public Exhibit? TableOf(Exhibit photo) => _all.FirstOrDefault(e => e.IsTable && e.Id == photo.Id);

    /// <summary>Null where the report has no such thing, such as a figure that was left out.</summary>
    public Exhibit? Find(string id, int run) => _all.FirstOrDefault(e => e.Id == id && e.Run == run);

    public IEnumerable<Exhibit> Figures(int run, bool ofConvergence) =>
        _all.Where(e => e.Run == run && e.Figure is not null && e.Id != Comparison && OfConvergence.Contains(e.Id) == ofConvergence);

    /// <summary>What a student's <c>@kind:id</c> stands for; null where there is no such figure or table.</summary>
    public string? Cited(string kind, string id, int run) =>
        _all.FirstOrDefault(e => e.Id == id && e.Run == run && e.IsTable == (kind == "tbl"))?.Name;

    private void Table(int run, string id) => _all.Add(new Exhibit(run, id, ++_tables, null));

    private void Picture(int run, Figure figure) => _all.Add(new Exhibit(run, figure.Id, ++_figures, figure));

    private ExperimentRun Labelled(int run) => Runs[run].Run with { Plan = Runs[run].Run.Plan with { Name = Runs[run].Name } };

    private static List<ReportRun> Named(ReportRequest request, IReadOnlyList<ExperimentRun> runs)
    {
        var names = runs.Select((run, i) => Unseen.Shown(i < request.Labels.Count && !string.IsNullOrWhiteSpace(request.Labels[i]) ? request.Labels[i].Trim() : run.Plan.Name)).ToList();
        return [.. runs.Select((run, i) => new ReportRun(i, names.Count(n => n == names[i]) > 1 ? $"{names[i]} (run {i + 1})" : names[i], run))];
    }
}
