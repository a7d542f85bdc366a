using KvLab.Core.Analysis;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Wire;

namespace KvLab.Web.Charts.Figures;

/// <summary>The figures of one experiment. Pure: the same run gives the same figures.</summary>
public static class RunFigures
{
    // Scatter plots show at most so many writes per point, evenly taken; distribution functions always use all.
    private const int MostDots = 1000;
    private const int CurveSteps = 120;

    /// <summary>All figures that this run has data for, in the order of a report.</summary>
    public static IReadOnlyList<Figure> All(ExperimentRun run) =>
        run.Points.Count == 0 ? [] : [.. Candidates(run).Where(f => !f.IsEmpty).Select(f => Marked(f, run))];

    /// <summary>A figure goes where its run does not, so it says by itself that nothing was measured on a machine.</summary>
    private static Figure Marked(Figure figure, ExperimentRun run) =>
        run.Environment.Simulation is { } simulation ? figure with { Caption = $"{figure.Caption} {char.ToUpperInvariant(simulation[0])}{simulation[1..]}." } : figure;

    private static IEnumerable<Figure> Candidates(ExperimentRun run)
    {
        if (run.Plan.Sweep?.Axis == SweepAxis.Storage)
        {
            yield return Storages(run);
            yield return Storing(run);
        }

        yield return QuorumLatency(run);
        yield return Residuals(run);
        yield return Percentiles(run);
        yield return Distribution(run);
        yield return LatencyOverTime(run);
        yield return BehindOverTime(run);
        yield return Convergence(run);
        if (run.Points.Any(p => p.Plan.Settings.Versioning == VersioningMode.Naive)) yield return Conflicts(run);
    }

    /// <summary>W against mean latency, measured and predicted, with the band.</summary>
    public static Figure QuorumLatency(ExperimentRun run)
    {
        var series = new List<FigureSeries>();
        var arms = Arms(run);
        foreach (var (arm, i) in arms.Select((a, i) => (a, i)))
        {
            var w = Quorums(arm.Points);
            series.Add(new FigureSeries($"{arm.Name}band, {Prediction.Confidence:P0} over all points", Mark.Band, w,
                [.. arm.Points.Select(p => p.Prediction.BandLowMs)], i + 1, Upper: [.. arm.Points.Select(p => p.Prediction.BandHighMs)]));
            series.Add(new FigureSeries($"{arm.Name}predicted (theory + overhead)", Mark.Line, w, [.. arm.Points.Select(p => p.Prediction.MeanMs)], i + 1, Dashed: true));
            series.Add(new FigureSeries($"{arm.Name}measured mean", Mark.LineAndPoints, w, [.. arm.Points.Select(p => p.Client.MeanMs)], arms.Count == 1 ? 2 : i + 1));
        }

        return new Figure("quorum-latency", "Write quorum against mean latency",
            "The leader answers at the W-th ack, so latency rises with W. Measured means should lie inside the band.",
            WAxis, new Axis("mean latency (ms)"), series);
    }

    /// <summary>What a client waits for, by storage.</summary>
    public static Figure Storages(ExperimentRun run) => new("storage-latency", "Mean latency by storage",
        "The same writes with each storage. What a storage takes beyond memory is the price of keeping a write after a crash: the leader stores it, then the W-th follower.",
        WAxis, new Axis("mean latency (ms)"), Bars(run, p => p.Client.MeanMs));

    /// <summary>The leader's own part of it.</summary>
    public static Figure Storing(ExperimentRun run) => new("storing", "What the leader's storage takes",
        "Mean per write, by the leader's clock, before anything is sent. It does not depend on W; storage in memory takes no time.",
        WAxis, new Axis("mean storing (ms)"), [.. Bars(run, p => p.Storing.MeanMs).Where(s => s.Y.All(double.IsFinite))]);

    private static FigureSeries[] Bars(ExperimentRun run, Func<PointResult, double> of) =>
        [.. Arms(run).Select((arm, i) => new FigureSeries(arm.Name.TrimEnd(' ', ':'), Mark.Bars, Quorums(arm.Points), [.. arm.Points.Select(of)], i + 1))];

    public static Figure Residuals(ExperimentRun run) => new("residuals", "Measured minus predicted mean",
        "What theory and calibrated overhead do not explain. Around 0 is good; above 0 at every W means that the machine was slower under load.",
        WAxis, new Axis("residual (ms)"),
        [.. Arms(run).Select((arm, i) => new FigureSeries($"{arm.Name}residual", Mark.Bars, Quorums(arm.Points), [.. arm.Points.Select(p => p.ResidualMs)], i + 1))]);

    public static Figure Percentiles(ExperimentRun run)
    {
        var arms = Arms(run);
        return new Figure("percentiles", "Percentiles of write latency",
            "Half of the writes were faster than p50, one in a hundred was slower than p99.",
            WAxis, new Axis("latency (ms)"),
            [.. arms.SelectMany(arm => new (string Name, Func<LatencySummary, double> Of, int Colour)[]
            {
                ("p50", l => l.P50Ms, 1), ("p90", l => l.P90Ms, 3), ("p95", l => l.P95Ms, 5), ("p99", l => l.P99Ms, 2),
            }.Select(p => new FigureSeries($"{arm.Name}{p.Name}", Mark.LineAndPoints, Quorums(arm.Points), [.. arm.Points.Select(x => p.Of(x.Client))], p.Colour, Dashed: arm != arms[0])))]);
    }

    /// <summary>Measured and exact distribution functions of each point.</summary>
    public static Figure Distribution(ExperimentRun run)
    {
        var series = new List<FigureSeries>();
        foreach (var (point, i) in FirstRepetition(run).Select((p, i) => (p, i)))
        {
            var sorted = point.Samples.ClientMs.Order().ToArray();
            if (sorted.Length == 0) continue;
            var picked = Thin(sorted.Length, MostDots).ToArray();
            series.Add(new FigureSeries($"{point.Plan.Label} measured", Mark.Steps, [.. picked.Select(r => sorted[r])], [.. picked.Select(r => (r + 1.0) / sorted.Length)], i + 1));
            var (n, w) = (point.Plan.Followers, point.Plan.Settings.FollowerAcks());
            var shape = DelayShape.Of(point.Plan.Settings);
            if (w == 0) continue;
            var grid = Enumerable.Range(0, CurveSteps + 1).Select(s => sorted[^1] * s / CurveSteps).ToArray();
            series.Add(new FigureSeries($"{point.Plan.Label} exact", Mark.Line, grid,
                [.. grid.Select(ms => OrderStatistics.Cdf(shape, n, w, ms - point.Prediction.OverheadMs))], i + 1, Dashed: true, InLegend: false));
        }

        return new Figure("distribution", "Distribution of write latency",
            "For each latency, the share of writes answered within it. Dashed: the exact distribution of the W-th smallest delay, shifted right by the overhead.",
            new Axis("latency (ms)"), new Axis("share of writes", Max: 1), series);
    }

    public static Figure LatencyOverTime(ExperimentRun run) => new("latency-over-time", "Latency over time",
        "Each dot is a write. A trend would mean that the machine or the cluster changed while it was measured.",
        new Axis("time since the first measured write (s)"), new Axis("latency (ms)"),
        [.. FirstRepetition(run).Select((p, i) =>
        {
            var rows = Thin(p.Samples.Count, MostDots).ToArray();
            return new FigureSeries(p.Plan.Label, Mark.Points, [.. rows.Select(r => p.Samples.StartMs[r] / 1000)], [.. rows.Select(r => p.Samples.ClientMs[r])], i + 1);
        })]);

    /// <summary>For the first point: writes that each follower had not confirmed yet, over time.</summary>
    public static Figure BehindOverTime(ExperimentRun run)
    {
        var point = FirstRepetition(run)[0];
        return new Figure("behind-over-time", $"Writes not yet acknowledged per follower ({point.Plan.Label})",
            "A follower is behind by the writes that are still on their way to it; after the last write every line must fall to 0.",
            new Axis("time since the first measured write (s)"), new Axis("writes behind", Whole: true),
            [.. point.Samples.Followers.Select((id, f) =>
            {
                var (times, open) = OpenDeliveries(point.Samples, [f]);
                var rows = Thin(times.Count, MostDots).ToArray();
                return new FigureSeries(id, Mark.Steps, [.. rows.Select(r => times[r] / 1000)], [.. rows.Select(r => (double)open[r])], f + 1);
            })]);
    }

    /// <summary>Deliveries that were still open after the last client had its answer.</summary>
    public static Figure Convergence(ExperimentRun run) => new("convergence", "Convergence after the last answer",
        "Deliveries still open once every client was answered. With a small W most of the work is done after the answers: that is what 'asynchronous' means.",
        new Axis("time since the last answer (ms)"), new Axis("open deliveries", Whole: true),
        [.. FirstRepetition(run).Select((p, i) =>
        {
            var (times, open) = OpenDeliveries(p.Samples, [.. Enumerable.Range(0, p.Samples.Followers.Count)]);
            var last = p.Samples.Count == 0 ? 0 : Enumerable.Range(0, p.Samples.Count).Max(r => p.Samples.StartMs[r] + p.Samples.LeaderMs[r]);
            var before = Math.Max(0, times.FindLastIndex(t => t <= last));
            var rows = Thin(Math.Max(0, times.Count - before), MostDots).Select(r => r + before).ToArray();
            return new FigureSeries(p.Plan.Label, Mark.Steps, [.. rows.Select(r => Math.Max(0, times[r] - last))], [.. rows.Select(r => (double)open[r])], i + 1);
        })]);

    /// <summary>Entries that differ from the leader's for good, by mode.</summary>
    public static Figure Conflicts(ExperimentRun run)
    {
        return new Figure("conflicts", "Entries that differ after settling",
            "After everything was delivered and settled: entries on followers that differ from the leader's. Versions make this 0; in naive mode the last arrival stays, whatever its age.",
            WAxis, new Axis("differing entries", Whole: true),
            Bars(run, p => Differing(p)));
    }

    /// <summary>Two runs in one chart.</summary>
    public static Figure Comparison(ExperimentRun left, ExperimentRun right)
    {
        var runs = new[] { left, right };
        return new Figure("comparison", "Write quorum against mean latency, two runs",
            $"Solid: measured. Dashed: predicted for that run.{string.Concat(runs.Where(r => r.Environment.Simulation is not null).Select(r => $" {Unseen.Shown(r.Plan.Name)}: {r.Environment.Simulation}."))}",
            WAxis, new Axis("mean latency (ms)"),
            [.. runs.SelectMany((run, r) => Arms(run).SelectMany((arm, a) => new[]
            {
                new FigureSeries($"{Unseen.Shown(run.Plan.Name)} {arm.Name}measured", Mark.LineAndPoints, Quorums(arm.Points), [.. arm.Points.Select(p => p.Client.MeanMs)], 1 + r + 2 * a),
                new FigureSeries($"{Unseen.Shown(run.Plan.Name)} {arm.Name}predicted", Mark.Line, Quorums(arm.Points), [.. arm.Points.Select(p => p.Prediction.MeanMs)], 1 + r + 2 * a, Dashed: true),
            }))]);
    }

    private static Axis WAxis => new("write quorum W", FromZero: false, Whole: true);

    private sealed record Arm(string Name, IReadOnlyList<PointResult> Points);

    /// <summary>Points that differ in nothing but W, with a name where there is more than one such set.</summary>
    private static List<Arm> Arms(ExperimentRun run)
    {
        var groups = run.Points.GroupBy(p => (p.Plan.SweepValue, p.Plan.Repetition)).ToList();
        var repeats = run.Points.Any(p => p.Plan.Repetition > 1);
        return [.. groups.Select(g => new Arm(
            groups.Count == 1 ? "" : $"{g.Key.SweepValue}{(repeats ? $"{(g.Key.SweepValue is null ? "" : " ")}run {g.Key.Repetition}" : "")}: ",
            [.. g.OrderBy(p => p.Plan.Settings.WriteQuorum)]))];
    }

    /// <summary>The first of which a point was measured.</summary>
    private static List<PointResult> FirstRepetition(ExperimentRun run) => [.. run.Points.Where(p => p.Plan.Repetition == run.Points.Min(q => q.Plan.Repetition))];

    private static double[] Quorums(IEnumerable<PointResult> points) => [.. points.Select(p => (double)p.Plan.Settings.WriteQuorum)];

    private static int Differing(PointResult point) =>
        point.Check(ReplicaCheck.Settled)?.Report.Followers.Sum(f => f.Missing + f.Behind + f.Conflicts + f.Ahead) ?? 0;

    /// <summary>
    /// How many deliveries to these followers are open after each change, from the client's starts and the leader's durations: no two clocks are
    /// subtracted, only durations added to starts.
    /// </summary>
    private static (List<double> TimesMs, List<int> Open) OpenDeliveries(SampleTable samples, IReadOnlyList<int> followers)
    {
        var changes = new List<(double At, int Change)>();
        for (var row = 0; row < samples.Count; row++)
        {
            foreach (var f in followers)
            {
                var completed = samples.CompletedMs[row * samples.Followers.Count + f];
                if (!double.IsFinite(completed)) continue;
                changes.Add((samples.StartMs[row], 1));
                changes.Add((samples.StartMs[row] + completed, -1));
            }
        }

        changes.Sort((a, b) => a.At.CompareTo(b.At));
        var (times, open, now) = (new List<double>(changes.Count), new List<int>(changes.Count), 0);
        foreach (var (at, change) in changes)
        {
            times.Add(at);
            open.Add(now += change);
        }

        return (times, open);
    }

    /// <summary>At most so many indices out of 0 … count − 1, evenly, with both ends.</summary>
    private static IEnumerable<int> Thin(int count, int most) => count <= most
        ? Enumerable.Range(0, count)
        : Enumerable.Range(0, most).Select(i => (int)((long)i * (count - 1) / (most - 1)));
}
