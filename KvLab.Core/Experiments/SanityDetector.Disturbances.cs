namespace KvLab.Core.Experiments;

public static partial class SanityDetector
{
    /// <summary>Shorter times without an answer are not worth a word.</summary>
    public const double ShortestPauseMs = 500;

    private static Finding? Disturbed(PointResult p) => p.Disturbances.Count == 0 ? null : new Finding(FindingKind.Disturbed, Severity.Error,
        $"{p.Plan.Label} was disturbed: {string.Join(" ", p.Disturbances)} Its numbers do not show what the plan asked for.",
        new Dictionary<string, double> { ["disturbances"] = p.Disturbances.Count }, [p.Plan.Index]);

    private static Finding? Disturbed(ExperimentRun run) => run.Disturbances.Count == 0 ? null : new Finding(FindingKind.Disturbed, Severity.Error,
        $"The run was disturbed outside of its points: {string.Join(" ", run.Disturbances)}",
        new Dictionary<string, double> { ["disturbances"] = run.Disturbances.Count }, []);

    /// <summary>Longer than any drawn delay and than nearly every answer: the delays do not explain it.</summary>
    private static Finding? Pause(PointResult p)
    {
        if (p.Writes == 0) return null;
        var gap = p.LongestGap;
        var drawn = Enumerable.Range(0, p.Writes).Select(row => p.Samples.DrawnOrderStatisticMs(row, p.Plan.Settings.WriteQuorum)).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        if (gap.LengthMs < ShortestPauseMs || gap.LengthMs < 3 * drawn || gap.LengthMs < 5 * p.Client.P50Ms) return null;
        return new Finding(FindingKind.Pause, Severity.Warning,
            $"A pause at {p.Plan.Label}: for {gap.LengthMs / 1000:0.0} s, starting at {gap.FromMs / 1000:0.0} s, {Where(gap)} The longest latency was {p.Client.MaxMs:0} ms where p99 is {p.Client.P99Ms:0} ms. "
            + "The load is a closed loop: a client that waits sends nothing, so a pause costs one slow write per client and percentiles hide it (coordinated omission).",
            new Dictionary<string, double> { ["gapMs"] = gap.LengthMs, ["fromMs"] = gap.FromMs, ["maxMs"] = p.Client.MaxMs, ["p99Ms"] = p.Client.P99Ms }, [p.Plan.Index]);
    }

    private static string Where(LoadGap gap) => gap.Place switch
    {
        GapPlace.Client => $"no client got an answer, although by the leader's clock the slowest of the writes that waited took only {gap.SlowestAtLeaderMs:0} ms: "
            + "the dashboard, which runs the clients, was paused, or its connection to the leader was.",
        GapPlace.Load => "no client sent anything: the dashboard, which runs the clients, was paused, or somebody paused the run.",
        _ => "no client got an answer.",
    };

    private static Finding? NotQuiescent(PointResult p) => p.ConvergenceMs is not null ? null : new Finding(FindingKind.NotQuiescent, Severity.Warning,
        $"Not all writes were delivered at {p.Plan.Label}: the run stopped waiting for pending deliveries after at most {ExperimentRunner.LongestDrain.TotalSeconds:0} s. A follower may be down, slow or cut off.",
        new Dictionary<string, double> { ["waitedMs"] = ExperimentRunner.LongestDrain.TotalMilliseconds }, [p.Plan.Index]);
}
