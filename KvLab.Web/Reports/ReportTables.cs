using System.Globalization;
using System.Text;
using KvLab.Core.Analysis;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Web.Pictures;
using static KvLab.Web.Reports.ReportBuilder;

namespace KvLab.Web.Reports;

/// <summary>The tables of a report, each with its number and a caption above it. None is wider than a page: what would not fit is a table of its own.</summary>
internal static class ReportTables
{
    // What fits on a page stays on one.
    private const int RowsOnAPage = 24;

    /// <summary>What was set, a column for each run: everything that somebody needs to measure it again.</summary>
    public static string Settings(Exhibit table, IReadOnlyList<ReportRun> runs)
    {
        (string Name, Func<ExperimentRun, IReadOnlyList<PointPlan>, string> Of)[] rows =
        [
            ("writes per point", (r, _) => Inv($"{r.Plan.Writes}, after {r.Plan.WarmUpWrites} warm-up writes")),
            ("keys", (_, points) => PointWords.Keys(points)),
            ("clients at once", (_, points) => PointWords.Clients(points)),
            ("followers", (_, points) => PointWords.Followers(points)),
            ("delay and write quorum (followers only)", (_, points) => $"{PointWords.Delays(points)}, W = {PointWords.Quorums(points)}"),
            ("mode", (_, points) => PointWords.Modes(points)),
            ("repetitions", (r, _) => Inv($"{r.Plan.Repetitions}")),
            ("timeout", (r, _) => Inv($"{r.Plan.ReplicationTimeoutMs} ms")),
            ("seed", (r, _) => Inv($"{r.Plan.Seed}")),
            ("sweep", (r, _) => r.Plan.Sweep is { } sweep ? $"{sweep.Axis}: {string.Join(", ", sweep.Values)}" : "none"),
        ];
        var html = Begin(table, rows.Length, "settings", runs.Count > 1 ? "Settings of the runs." : "Settings of the run.", ["setting", .. runs.Select(r => r.Name)]);
        var planned = runs.Select(r => (r.Run, Points: r.Run.Plan.Points(r.Run.Followers.Count))).ToList();
        foreach (var (name, of) in rows)
            html.Append(Inv($"<tr><th scope=\"row\">{name}</th>")).AppendJoin("", planned.Select(r => $"<td>{Text(of(r.Run, r.Points))}</td>")).Append("</tr>");
        return End(html);
    }

    /// <summary>What was in a picture that somebody put aside.</summary>
    public static string OfPicture(Exhibit table, PictureTable cells, Exhibit picture)
    {
        var html = Begin(table, cells.Rows.Count, "settings", $"What is in {picture.Name}.", cells.Columns);
        foreach (var row in cells.Rows) html.Append("<tr>").AppendJoin("", row.Select(c => $"<td>{Text(c)}</td>")).Append("</tr>");
        return End(html);
    }

    public static string Latency(Exhibit table, ExperimentRun run, string? of)
    {
        var html = Begin(table, run.Points.Count, "numbers",
            $"Write latency{Of(of)} in ms, by the client's clock. Delay: exact mean of the W-th smallest delay. Overhead: {(run.Environment.Simulation is { } simulation ? $"none, because the run was {simulation}" : "measured at zero delay in the same run")}. Predicted: both together. Band: where the mean is expected with 95 % probability; ✓ it is there, ✗ it is not.",
            ["point", "mean", "sd", "p50", "p90", "p95", "p99", "delay", "overhead", "predicted", "band"]);
        foreach (var p in run.Points)
        {
            html.Append(Inv($"<tr>{Point(run, p)}"))
                .Append(Inv($"<td>{p.Client.MeanMs:0.00}</td><td>{p.Client.SdMs:0.00}</td><td>{p.Client.P50Ms:0.00}</td><td>{p.Client.P90Ms:0.00}</td><td>{p.Client.P95Ms:0.00}</td><td>{p.Client.P99Ms:0.00}</td>"))
                .Append(Inv($"<td>{p.Prediction.DelayMeanMs:0.00}</td><td>{p.Prediction.OverheadMs:0.00}</td><td>{p.Prediction.MeanMs:0.00}</td><td>{p.Prediction.BandLowMs:0.0}–{p.Prediction.BandHighMs:0.0} {(p.InBand ? "✓" : "✗")}</td></tr>"));
        }

        return End(html);
    }

    public static string Work(Exhibit table, ExperimentRun run, string? of)
    {
        var storing = run.Points.Any(p => p.Storing.Count > 0);
        var html = Begin(table, run.Points.Count, "numbers",
            $"Writes and deliveries{Of(of)}. Partial: writes that did not reach W acknowledgements in time. Refused as stale: the follower held a newer version; it still acknowledges. Late: deliveries after the client's answer.{(storing ? " Stored: mean time in ms that the leader's storage took." : "")}",
            ["point", "writes", "writes/s", .. storing ? ["stored"] : Array.Empty<string>(), "partial", "refused as stale", "late"]);
        foreach (var p in run.Points)
        {
            html.Append(Inv($"<tr>{Point(run, p)}<td>{p.Writes}</td><td>{p.WritesPerSecond:0}</td>"))
                .Append(!storing ? "" : p.Storing.Count == 0 ? "<td>–</td>" : Inv($"<td>{p.Storing.MeanMs:0.00}</td>"))
                .Append(Inv($"<td>{p.Partial}</td><td>{p.StaleRefusals}</td><td>{p.LateDeliveries}</td></tr>"));
        }

        return End(html);
    }

    public static string Replicas(Exhibit table, ExperimentRun run, string? of)
    {
        var html = Begin(table, run.Points.Sum(p => p.Checks.Count), "moments",
            $"Differences from the leader{Of(of)}: entries on followers, summed over the followers and compared entry by entry. Until all writes are delivered, a difference is replication in progress, not loss.",
            ["point", "moment", "after the last answer", "all writes delivered", "missing", "older or newer", "conflict: same version, different value", "unreachable followers"]);
        foreach (var p in run.Points)
        {
            foreach (var check in p.Checks)
            {
                var f = check.Report.Followers;
                html.Append(Inv($"<tr>{Point(run, p)}<td>{MomentName(check.Moment)}</td><td>{check.AtMs:0} ms</td><td>{(check.Report.Quiescent ? "yes" : "no")}</td>"))
                    .Append(Inv($"<td>{f.Sum(x => x.Missing)}</td><td>{f.Sum(x => x.Behind + x.Ahead)}</td><td>{f.Sum(x => x.Conflicts)}</td><td>{f.Count(x => x.State == ConvergenceCheck.NotReached)}</td></tr>"));
            }
        }

        return End(html);
    }

    private static string MomentName(string moment) => moment switch
    {
        ReplicaCheck.Answered => "last client answered (t = 0)",
        ReplicaCheck.Quiescent => "all writes delivered",
        _ => "after settling",
    };

    private static string Of(string? run) => run is null ? "" : $" ({Text(run)})";

    private static string Point(ExperimentRun run, PointResult point) =>
        Inv($"<th scope=\"row\">{Text(point.Plan.Label)}{(run.Plan.Repetitions > 1 ? Inv($" #{point.Plan.Repetition}") : "")}</th>");

    // On a phone it scrolls, so a keyboard must reach it.
    private static StringBuilder Begin(Exhibit table, int rows, string kind, string caption, IEnumerable<string> heads) => new StringBuilder()
        .Append(Inv($"<div class=\"wide{(rows <= RowsOnAPage ? " whole" : "")}\" role=\"group\" aria-label=\"{table.Name}\" tabindex=\"0\"><table class=\"{kind}\"><caption><strong>{table.Name}:</strong> {caption}</caption><thead><tr>"))
        .AppendJoin("", heads.Select(h => $"<th scope=\"col\">{Text(h)}</th>")).Append("</tr></thead><tbody>");

    private static string End(StringBuilder html) => html.Append("</tbody></table></div>").ToString();

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
