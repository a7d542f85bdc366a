using System.Globalization;
using System.Net;
using System.Text;
using KvLab.Core.Experiments;
using KvLab.Core.Wire;
using KvLab.Web.Charts.Figures;
using KvLab.Web.Csv;

namespace KvLab.Web.Reports;

/// <summary>
/// A lab report as one self-contained HTML file: styles, figures and tables are inside, nothing is loaded from anywhere, and it prints with proper
/// page breaks. Pure: the same runs and words give the same bytes.
/// </summary>
public static class ReportBuilder
{
    public static string Build(ReportRequest request, IReadOnlyList<ExperimentRun> runs)
    {
        var html = new StringBuilder();
        html.Append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .Append(Inv($"<title>{Text(request.Title)}</title><style>{ReportStyle.Css(request.Paper)}</style></head><body><main>"));
        Head(html, request, runs);
        foreach (var run in runs) Run(html, request, run);
        if (runs.Count == 2) html.Append("<section><h2>Comparison</h2>").Append(FigureBlock(RunFigures.Comparison(runs[0], runs[1]), "runs")).Append("</section>");
        Words(html, request);
        Provenance(html, runs, request.Zone);
        return html.Append("</main></body></html>").ToString();
    }

    private static void Head(StringBuilder html, ReportRequest request, IReadOnlyList<ExperimentRun> runs)
    {
        html.Append(Inv($"<header><h1>{Text(request.Title)}</h1><p class=\"by\">"))
            .Append(string.Join(" · ", new[] { request.Author, request.Course, runs.Count > 0 ? ZonedTime.Text(runs[0].StartedAt, request.Zone, "yyyy-MM-dd") : null }
                .Where(s => !string.IsNullOrWhiteSpace(s)).Select(s => Text(s!))))
            .Append("</p></header>");
    }

    private static void Run(StringBuilder html, ReportRequest request, ExperimentRun run)
    {
        html.Append(Inv($"<section class=\"run\"><h2>{Text(Unseen.Shown(run.Plan.Name))}</h2><ul class=\"sentences\">"));
        foreach (var sentence in Sentences.Of(run)) html.Append(Inv($"<li>{Text(sentence)}</li>"));
        html.Append("</ul>");
        if (run.Findings.Count > 0)
        {
            html.Append("<h3>What to know about this result</h3>");
            foreach (var same in run.Findings.GroupBy(f => (f.Kind, f.Severity)).OrderByDescending(g => g.Key.Severity)) Finding(html, [.. same]);
        }

        html.Append("<h3>Latency</h3>");
        LatencyTable(html, run);
        html.Append("<h3>Replicas at three moments</h3>");
        ReplicaTable(html, run);
        html.Append("</section>");
        foreach (var figure in RunFigures.All(run).Where(f => request.Figures is null || request.Figures.Contains(f.Id))) html.Append(FigureBlock(figure, run.Id));
    }

    /// <summary>The same finding at several points is one block.</summary>
    private static void Finding(StringBuilder html, IReadOnlyList<Finding> same)
    {
        var first = same[0];
        html.Append(Inv($"<div class=\"finding {first.Severity.ToString().ToLowerInvariant()}\"><p><strong>{first.Severity}:</strong> {Text(first.Sentence)}</p>"));
        if (same.Count > 1) html.Append("<ul>").AppendJoin("", same.Skip(1).Select(f => $"<li>{Text(f.Sentence)}</li>")).Append("</ul>");
        html.Append("</div>");
    }

    // What fits on a page stays on one.
    private static string TableClass(int rows) => rows <= 24 ? "wide whole" : "wide";

    private static void LatencyTable(StringBuilder html, ExperimentRun run)
    {
        html.Append(Inv($"<div class=\"{TableClass(run.Points.Count)}\"><table class=\"numbers\"><caption>Latency in ms, client's clock. Delay: exact mean of the W-th smallest delay; overhead: measured at zero delay in the same run; predicted: both together, as the charts draw it; {(run.Points.Any(p => p.Storing.Count > 0) ? "stored: mean of what the leader's storage took; " : "")}stale: deliveries refused because the follower held a newer version.</caption><thead><tr>"));
        var storing = run.Points.Any(p => p.Storing.Count > 0);
        foreach (var head in (string[])["point", "writes", "mean", "sd", "p50", "p90", "p95", "p99", "delay", "overhead", "predicted", "band", "writes/s", .. storing ? ["stored"] : Array.Empty<string>(), "partial", "stale", "late"])
            html.Append(Inv($"<th scope=\"col\">{head}</th>"));
        html.Append("</tr></thead><tbody>");
        foreach (var p in run.Points)
        {
            html.Append(Inv($"<tr><th scope=\"row\">{Text(p.Plan.Label)}{(run.Plan.Repetitions > 1 ? Inv($" #{p.Plan.Repetition}") : "")}</th><td>{p.Writes}</td>"))
                .Append(Inv($"<td>{p.Client.MeanMs:0.00}</td><td>{p.Client.SdMs:0.00}</td><td>{p.Client.P50Ms:0.00}</td><td>{p.Client.P90Ms:0.00}</td><td>{p.Client.P95Ms:0.00}</td><td>{p.Client.P99Ms:0.00}</td>"))
                .Append(Inv($"<td>{p.Prediction.DelayMeanMs:0.00}</td><td>{p.Prediction.OverheadMs:0.00}</td><td>{p.Prediction.MeanMs:0.00}</td><td>{p.Prediction.BandLowMs:0.0}–{p.Prediction.BandHighMs:0.0} {(p.InBand ? "✓" : "✗")}</td>"))
                .Append(Inv($"<td>{p.WritesPerSecond:0}</td>")).Append(!storing ? "" : p.Storing.Count == 0 ? "<td>–</td>" : Inv($"<td>{p.Storing.MeanMs:0.00}</td>"))
                .Append(Inv($"<td>{p.Partial}</td><td>{p.StaleRefusals}</td><td>{p.LateDeliveries}</td></tr>"));
        }

        html.Append("</tbody></table></div>");
    }

    private static void ReplicaTable(StringBuilder html, ExperimentRun run)
    {
        html.Append(Inv($"<div class=\"{TableClass(run.Points.Sum(p => p.Checks.Count))}\"><table><caption>Entries on followers that are not the leader's, summed over followers and compared entry by entry. Before quiescence a difference is replication under way, not loss.</caption><thead><tr>"))
            .Append("<th scope=\"col\">point</th><th scope=\"col\">moment</th><th scope=\"col\">after the last answer</th><th scope=\"col\">quiescent</th><th scope=\"col\">missing</th><th scope=\"col\">older or newer</th><th scope=\"col\">conflict: same version, other value</th><th scope=\"col\">unreachable followers</th></tr></thead><tbody>");
        foreach (var p in run.Points)
        {
            foreach (var check in p.Checks)
            {
                var f = check.Report.Followers;
                html.Append(Inv($"<tr><th scope=\"row\">{Text(p.Plan.Label)}</th><td>{MomentName(check.Moment)}</td><td>{check.AtMs:0} ms</td><td>{(check.Report.Quiescent ? "yes" : "no")}</td>"))
                    .Append(Inv($"<td>{f.Sum(x => x.Missing)}</td><td>{f.Sum(x => x.Behind + x.Ahead)}</td><td>{f.Sum(x => x.Conflicts)}</td><td>{f.Count(x => x.State == Core.Analysis.ConvergenceCheck.NotReached)}</td></tr>"));
            }
        }

        html.Append("</tbody></table></div>");
    }

    public static string MomentName(string moment) => moment switch
    {
        ReplicaCheck.Answered => "last client answered (t = 0)",
        ReplicaCheck.Quiescent => "in quiescence",
        _ => "after settling",
    };

    /// <param name="of">What it is of; two runs have figures of the same name.</param>
    private static string FigureBlock(Figure figure, string of) =>
        Inv($"<figure id=\"{Text(of)}-{figure.Id}\">{FigureSvg.Draw(figure)}<figcaption>{Text(figure.Caption)}</figcaption></figure>");

    private static void Words(StringBuilder html, ReportRequest request)
    {
        var answered = ReportRequest.GuidingQuestions.Zip(request.Answers).Where(p => !string.IsNullOrWhiteSpace(p.Second)).ToList();
        if (answered.Count > 0)
        {
            html.Append("<section><h2>Discussion</h2>");
            foreach (var (question, answer) in answered) html.Append(Inv($"<h3>{Text(question)}</h3>")).Append(Paragraphs(answer));
            html.Append("</section>");
        }

        if (!string.IsNullOrWhiteSpace(request.Conclusion)) html.Append("<section><h2>Conclusion</h2>").Append(Paragraphs(request.Conclusion)).Append("</section>");
    }

    private static void Provenance(StringBuilder html, IReadOnlyList<ExperimentRun> runs, TimeZoneInfo zone)
    {
        html.Append("<section class=\"provenance\"><h2>Where the numbers come from</h2>");
        foreach (var run in runs)
        {
            var p = run.Plan;
            var points = p.Points(run.Followers.Count);
            html.Append(Inv($"<h3>{Text(p.Name)}</h3><dl><dt>Run</dt><dd>{Text(run.Id)}, {run.State.ToString().ToLowerInvariant()}, started {At(run.StartedAt, zone, "yyyy-MM-dd HH:mm:ss")}{(run.EndedAt is { } end ? Inv($", ended {At(end, zone, "HH:mm:ss")}") : "")}</dd>"))
                .Append(Inv($"<dt>Software</dt><dd>KvLab {Text(run.Environment.Software)}</dd><dt>Machine</dt><dd>{Text(run.Environment.Machine)}</dd>"))
                .Append(Inv($"<dt>Plan</dt><dd>{p.Writes} writes, {PointWords.Keys(points)} keys, concurrency {PointWords.Clients(points)}, {PointWords.Delays(points)}, W = {PointWords.Quorums(points)}, {p.Repetitions} repetition(s), {p.WarmUpWrites} warm-up writes, seed {p.Seed}, {PointWords.Modes(points)}, deadline {p.ReplicationTimeoutMs} ms, {PointWords.Followers(points)} followers (the leader is not counted in W){(p.Sweep is null ? "" : Inv($", sweep {p.Sweep.Axis}: {Text(string.Join(", ", p.Sweep.Values))}"))}</dd>"))
                .Append(Inv($"<dt>Raw data</dt><dd><code>GET /api/experiments/{Text(run.Id)}/samples.csv</code>, SHA-256 of that file <code class=\"hash\">{RunCsv.Checksum(run)}</code></dd></dl>"));
        }

        html.Append("<p>Percentiles are nearest-rank over all samples. Predictions: exact order statistics of the delay distribution (David and Nagaraja, Order Statistics); ")
            .Append("bands hold for all points of a run together with 95 % probability if the theory is right (Bonferroni), plus half of the calibrated overhead.</p></section>");
    }

    private static string Paragraphs(string text) =>
        string.Concat(text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(p => $"<p>{Text(p.Trim()).Replace("\n", "<br>")}</p>"));

    private static string At(DateTimeOffset at, TimeZoneInfo zone, string format) => $"{ZonedTime.Text(at, zone, format)} {Text(ZonedTime.NameOf(zone, at))}";

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
