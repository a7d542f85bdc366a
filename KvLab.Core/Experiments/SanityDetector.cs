using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using MathNet.Numerics.Distributions;

namespace KvLab.Core.Experiments;

/// <summary>
/// Looks at a result before people do, and says when it proves less than it seems to. Each rule is one method, and each is provoked by a test.
/// </summary>
public static partial class SanityDetector
{
    /// <summary>Slope over W below this share of the predicted one counts as flat.</summary>
    public const double FlatShare = 0.5;

    /// <summary>This share of writes at the deadline counts as dominating.</summary>
    public const double TimeoutShare = 0.05;

    /// <summary>Chance of calling two adjacent quorums different, or not, by accident.</summary>
    public const double Significance = 0.05;

    public static IReadOnlyList<Finding> Inspect(ExperimentRun run)
    {
        var findings = new List<Finding?>();
        foreach (var curve in Curves(run))
        {
            findings.Add(Saturated(run, curve));
            findings.Add(FlatOverQuorum(run, curve));
            findings.Add(OverheadDominates(curve));
            findings.Add(WaitsForAll(curve));
            findings.Add(TooFewWrites(run, curve));
        }

        foreach (var point in run.Points)
        {
            findings.Add(Disturbed(point));
            findings.Add(Pause(point));
            findings.Add(NotQuiescent(point));
            findings.Add(Unanswered(point));
            findings.Add(TimeoutsDominate(point));
            findings.Add(ComparedBeforeQuiescence(point));
            findings.Add(Diverged(point));
            findings.Add(OutsideBand(point));
        }

        findings.Add(Disturbed(run));
        findings.AddRange(run.Absent.Select(Absent));
        return [.. findings.OfType<Finding>().OrderByDescending(f => f.Severity)];
    }

    /// <summary>Points that differ in nothing but W, in order of W.</summary>
    private static IEnumerable<IReadOnlyList<PointResult>> Curves(ExperimentRun run) => run.Points
        .GroupBy(p => (p.Plan.Repetition, p.Plan.SweepValue))
        .Select(g => (IReadOnlyList<PointResult>)[.. g.OrderBy(p => p.Plan.Settings.WriteQuorum)]);

    private static Finding? Saturated(ExperimentRun run, IReadOnlyList<PointResult> curve)
    {
        // One client waits for nobody: what it cannot go below is its own latency, which the limit says once more.
        var saturated = curve.Where(p => p.Prediction.Saturated && p.Plan.Concurrency > 1).ToList();
        if (saturated.Count == 0) return null;
        var first = saturated[0];
        var limit = run.Calibration.Limit(first.Plan)!.WritesPerSecond;
        var holds = ConcurrencyThatHolds(curve, limit);
        return new Finding(FindingKind.Saturated, Severity.Warning,
            $"Too many clients for this machine: it answers at most {limit:0} writes/s at zero delay, so with {first.Plan.Concurrency} clients expect a mean latency of about "
            + $"{first.Prediction.SaturationMs:0.00} ms or more. Delay and overhead alone would give {first.Prediction.MeanMs:0.00} ms at W={first.Plan.Settings.WriteQuorum}. "
            + $"Clients queue, and queueing hides the effect of the quorum. This machine can serve {holds} {(holds == 1 ? "client" : "clients")}.",
            new Dictionary<string, double>
            {
                ["concurrency"] = first.Plan.Concurrency,
                ["limitWritesPerSecond"] = limit,
                ["saturationMs"] = first.Prediction.SaturationMs!.Value,
                ["predictedMs"] = first.Prediction.MeanMs,
                ["suggestedConcurrency"] = holds,
            },
            Indices(saturated),
            holds < first.Plan.Concurrency ? Lighter(run.Plan, holds) : null);
    }

    /// <summary>
    /// Half of the machine's limit is a load at which queueing adds little: C = limit/2 × the shortest predicted latency.
    /// </summary>
    private static int ConcurrencyThatHolds(IReadOnlyList<PointResult> curve, double limitPerSecond) =>
        Math.Max(1, (int)(limitPerSecond / 2 * curve.Min(p => p.Prediction.MeanMs) / 1000));

    private static ExperimentPlan Lighter(ExperimentPlan plan, int concurrency) => plan with
    {
        Name = $"{plan.Name} at concurrency {concurrency}",
        Preset = "custom",
        Concurrency = concurrency,
        Sweep = plan.Sweep?.Axis == SweepAxis.Concurrency ? null : plan.Sweep,
    };

    private static Finding? FlatOverQuorum(ExperimentRun run, IReadOnlyList<PointResult> curve)
    {
        if (curve.Count < 2) return null;
        var (first, last) = (curve[0], curve[^1]);
        var predicted = last.Prediction.DelayMeanMs - first.Prediction.DelayMeanMs;
        if (predicted <= 0) return null;
        var measured = last.Client.MeanMs - first.Client.MeanMs;
        if (!(measured < FlatShare * predicted)) return null;
        var overhead = first.Prediction.OverheadMs;
        var rangeMs = first.Plan.Settings.MaxDelayMs - first.Plan.Settings.MinDelayMs;
        var added = first.Client.MeanMs - first.Prediction.DelayMeanMs;
        return new Finding(FindingKind.FlatOverQuorum, Severity.Error,
            $"Latency does not rise with W as it should: from W={first.Plan.Settings.WriteQuorum} to W={last.Plan.Settings.WriteQuorum} the mean rises by {measured:0.00} ms where the delays alone make it rise by {predicted:0.00} ms. "
            + $"What the machine adds ({added:0.00} ms here{(run.Calibration.Overheads.Count > 0 ? $", of which {overhead:0.00} ms also without load" : "")}) dominates the delay range of {rangeMs:0.0#} ms, so this says nothing about quorums.",
            new Dictionary<string, double>
            {
                ["measuredRiseMs"] = measured,
                ["predictedRiseMs"] = predicted,
                ["overheadMs"] = overhead,
                ["addedMs"] = added,
                ["delayRangeMs"] = rangeMs,
            },
            Indices(curve));
    }

    private static Finding Absent(AbsentStorage absent) => new(FindingKind.StorageAbsent, Severity.Warning,
        $"{absent.Storage} was not measured: {absent.Reason}", new Dictionary<string, double>(), []);

    /// <summary>A curve that rises as it should may still stand mostly on what the machine adds: differences are sound then, ratios are not. Who asks for no delay at all measures the machine.</summary>
    private static Finding? OverheadDominates(IReadOnlyList<PointResult> curve)
    {
        var worst = curve.Where(p => p.Plan.Settings is { WriteQuorum: > 0, MaxDelayMs: > 0 } && !p.Prediction.Saturated && p.Prediction.OverheadMs > p.Prediction.DelayMeanMs).ToList();
        if (worst.Count == 0) return null;
        var first = worst[0];
        var (overhead, delay) = (first.Prediction.OverheadMs, first.Prediction.DelayMeanMs);
        return new Finding(FindingKind.OverheadDominates, Severity.Warning,
            $"The machine adds more than the delays: at W={first.Plan.Settings.WriteQuorum} {overhead:0.00} ms are overhead and {delay:0.00} ms the W-th smallest delay. "
            + "Differences between quorums are meaningful, ratios of whole latencies are not; a wider delay range makes the overhead relatively small.",
            new Dictionary<string, double> { ["overheadMs"] = overhead, ["delayMs"] = delay }, Indices(worst));
    }

    private static Finding? WaitsForAll(IReadOnlyList<PointResult> curve)
    {
        // Whether each write's answer came with its own W-th completion or with its last one: the events tell directly.
        var early = curve.Where(p => p.Plan.Settings.WriteQuorum is var w && w > 0 && w < p.Plan.Followers).ToList();
        if (early.Count == 0) return null;
        var (waited, counted) = (0, 0);
        foreach (var point in early)
        {
            var (s, n, w) = (point.Samples, point.Samples.Followers.Count, point.Plan.Settings.WriteQuorum);
            if (n < w) continue;
            for (var row = 0; row < s.Count; row++)
            {
                var completed = s.CompletedMs.AsSpan(row * n, n).ToArray();
                if (completed.Any(double.IsNaN)) continue;
                Array.Sort(completed);
                var (own, all) = (completed[w - 1], completed[^1]);
                if (all - own < 1) continue; // too close to tell the two apart
                counted++;
                if (s.LeaderMs[row] > (own + all) / 2) waited++;
            }
        }

        if (counted < 10 || waited < 0.5 * counted) return null;
        return new Finding(FindingKind.WaitsForAll, Severity.Error,
            $"The leader seems to wait for all: {waited} of {counted} writes with W < N were answered closer to the time of the last follower's ack than to that of the W-th ack.",
            new Dictionary<string, double> { ["waited"] = waited, ["writes"] = counted }, Indices(early));
    }

    private static Finding? TooFewWrites(ExperimentRun run, IReadOnlyList<PointResult> curve)
    {
        var worst = curve.Zip(curve.Skip(1))
            .Select(pair => (pair.First, pair.Second, Needed: WritesNeeded(pair.First.Prediction, pair.Second.Prediction)))
            .Where(p => p.Needed > run.Plan.Writes)
            .OrderByDescending(p => p.Needed)
            .FirstOrDefault();
        if (worst.First is null) return null;
        var difference = worst.Second.Prediction.DelayMeanMs - worst.First.Prediction.DelayMeanMs;
        var percent = 100 * difference / worst.First.Prediction.DelayMeanMs;
        return new Finding(FindingKind.TooFewWrites, Severity.Warning,
            $"Too few writes for a difference of {percent:0} %: theory predicts that W={worst.First.Plan.Settings.WriteQuorum} and W={worst.Second.Plan.Settings.WriteQuorum} differ by {difference:0.0#} ms, "
            + $"but the means of {run.Plan.Writes} writes can differ by as much by chance. At least {worst.Needed} writes per point are needed to tell them apart.",
            new Dictionary<string, double> { ["writes"] = run.Plan.Writes, ["neededWrites"] = worst.Needed, ["differenceMs"] = difference, ["differencePercent"] = percent },
            [worst.First.Plan.Index, worst.Second.Plan.Index],
            worst.Needed <= ExperimentPlan.MostWrites ? run.Plan with { Writes = worst.Needed, Name = $"{run.Plan.Name} with {worst.Needed} writes", Preset = "custom" } : null);
    }

    /// <summary>n at which a two-sided test at 5 % tells two means apart: n = z²(σ₁² + σ₂²)/Δ².</summary>
    private static int WritesNeeded(Prediction first, Prediction second)
    {
        var difference = second.DelayMeanMs - first.DelayMeanMs;
        if (difference <= 0) return 0;
        var z = Normal.InvCDF(0, 1, 1 - Significance / 2);
        var needed = Math.Ceiling(z * z * (first.DelaySdMs * first.DelaySdMs + second.DelaySdMs * second.DelaySdMs) / (difference * difference));
        return needed > int.MaxValue ? int.MaxValue : (int)needed;
    }

    private static Finding? Unanswered(PointResult p) => p.Unanswered == 0 ? null : new Finding(FindingKind.Unanswered, Severity.Error,
        $"{p.Unanswered} writes at {p.Plan.Label} got no answer and are left out of all figures.",
        new Dictionary<string, double> { ["unanswered"] = p.Unanswered }, [p.Plan.Index]);

    private static Finding? TimeoutsDominate(PointResult p)
    {
        var deadline = p.Plan.Settings.ReplicationTimeoutMs;
        var timedOut = Enumerable.Range(0, p.Writes).Count(i => !p.Samples.Success[i] && p.Samples.LeaderMs[i] >= 0.95 * deadline);
        if (p.Writes == 0 || timedOut < TimeoutShare * p.Writes) return null;
        return new Finding(FindingKind.TimeoutsDominate, Severity.Error,
            $"Timeouts dominate at {p.Plan.Label}: {timedOut} of {p.Writes} writes ended at their timeout of {deadline} ms, so the mean of {p.Client.MeanMs:0} ms says more about the timeout than about the quorum.",
            new Dictionary<string, double> { ["timedOut"] = timedOut, ["writes"] = p.Writes, ["deadlineMs"] = deadline }, [p.Plan.Index]);
    }

    private static Finding? ComparedBeforeQuiescence(PointResult p)
    {
        if (p.Check(ReplicaCheck.Answered) is not { } check || check.Report.Quiescent) return null;
        var differing = check.Report.Followers.Sum(f => f.Missing + f.Behind + f.Conflicts + f.Ahead);
        if (differing == 0) return null;
        return new Finding(FindingKind.ComparedBeforeQuiescence, Severity.Info,
            $"Compared while writes were still being delivered at {p.Plan.Label}: when the last client was answered, {differing} entries on followers differed from the leader. That is replication under way, not loss; what matters is the comparison after settling.",
            new Dictionary<string, double> { ["differing"] = differing }, [p.Plan.Index]);
    }

    private static Finding? Diverged(PointResult p)
    {
        if (p.Check(ReplicaCheck.Settled) is not { } check || check.Report.Converged) return null;
        string[] silent = [.. check.Report.Followers.Where(f => f.State is "unreachable" or "not judged").Select(f => f.Id)];
        var conflicts = check.Report.Followers.Sum(f => f.Conflicts);
        var differing = check.Report.Followers.Sum(f => f.Missing + f.Behind + f.Conflicts + f.Ahead);
        var naive = p.Plan.Settings.Versioning == Settings.VersioningMode.Naive;
        var unknown = silent.Length == 0 ? "" : $"{NameList.And(silent)} {(silent.Length == 1 ? "was" : "were")} not compared, because {(check.Report.Followers.Any(f => f.State == "not judged") ? "the leader" : silent.Length == 1 ? "it" : "they")} did not answer.";
        // Who does not answer proves no difference.
        if (differing == 0)
        {
            return silent.Length == 0 ? null : new Finding(FindingKind.NotCompared, Severity.Warning,
                $"Not all replicas were compared at {p.Plan.Label}: {unknown}{(silent.Length < check.Report.Followers.Count ? " The others hold what the leader holds." : "")}", new Dictionary<string, double> { ["notCompared"] = silent.Length }, [p.Plan.Index]);
        }

        return new Finding(FindingKind.Diverged, naive ? Severity.Info : Severity.Error,
            $"Replicas did not converge at {p.Plan.Label}: after settling, {differing} entries on followers differ from the leader's ({Kinds(check.Report.Followers)})."
            + (naive ? " That is what naive mode does." : "") + (unknown.Length == 0 ? "" : $" {unknown}"),
            new Dictionary<string, double> { ["differing"] = differing, ["conflicts"] = conflicts }, [p.Plan.Index]);
    }

    private static string Kinds(IReadOnlyList<Analysis.FollowerComparison> followers) => string.Join(", ", new (int Count, string Word)[]
    {
        (followers.Sum(f => f.Missing), "missing"), (followers.Sum(f => f.Behind), "older"), (followers.Sum(f => f.Ahead), "newer"),
        (followers.Sum(f => f.Conflicts), "of the same version with another value"),
    }.Where(k => k.Count > 0).Select(k => $"{k.Count} {k.Word}"));

    private static Finding? OutsideBand(PointResult p)
    {
        if (p.InBand || p.Prediction.Saturated || p.Writes == 0) return null;
        return new Finding(FindingKind.OutsideBand, Severity.Warning,
            $"Outside the band at {p.Plan.Label}: measured {p.Client.MeanMs:0.00} ms, expected {p.Prediction.BandLowMs:0.00} to {p.Prediction.BandHighMs:0.00} ms.",
            new Dictionary<string, double> { ["meanMs"] = p.Client.MeanMs, ["lowMs"] = p.Prediction.BandLowMs, ["highMs"] = p.Prediction.BandHighMs }, [p.Plan.Index]);
    }

    private static int[] Indices(IEnumerable<PointResult> points) => [.. points.Select(p => p.Plan.Index)];
}
