using KvLab.Core.Analysis;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;

namespace KvLab.Web.Experiments;

// The shapes of an experiment over REST. Scripts depend on these names.

/// <param name="State">running, paused, done, disturbed, cancelled, failed or broken.</param>
/// <param name="Progress">0 … 1 in <c>fraction</c>, by estimated time.</param>
/// <param name="Simulated">In virtual time; <c>environment</c> has the seed. False: on real nodes.</param>
public sealed record RunView(
    string Id, string Name, RunState State, string? Error, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, ExperimentPlan Plan, RunEnvironment Environment,
    RunProgress Progress, Calibration Calibration, IReadOnlyList<PointView> Points, IReadOnlyList<Finding> Findings, IReadOnlyList<AbsentStorage> Absent,
    bool Disturbed, IReadOnlyList<string> Disturbances, bool Simulated)
{
    public static RunView Of(ExperimentRun run) => new(
        run.Id, run.Plan.Name, run.State, run.Error, run.StartedAt, run.EndedAt, run.Plan, run.Environment, run.Progress, run.Calibration,
        [.. run.Points.Select(PointView.Of)], run.Findings, run.Absent,
        run.AllDisturbances.Any(), [.. run.AllDisturbances], run.Environment.SimulationSeed is not null);
}

/// <summary>One point. Latencies in ms; null where there is none.</summary>
/// <param name="MeanMs">Client's clock, from sending to having the answer.</param>
/// <param name="LeaderMeanMs">Leader's clock, from the start of the write to its answer.</param>
/// <param name="DelayMeanMs">Exact mean of the W-th smallest delay, the delay alone.</param>
/// <param name="OverheadMs">What this machine adds, measured at zero delay in the same run.</param>
/// <param name="PredictedMeanMs">Both together: what charts draw, and what <paramref name="ResidualMs"/> is measured against.</param>
/// <param name="StoredMeanMs">What the leader's storage took per write; null in memory.</param>
/// <param name="InBand">Whether <paramref name="MeanMs"/> lies between <paramref name="BandLowMs"/> and <paramref name="BandHighMs"/>.</param>
public sealed record PointView(
    int Index, string Label, int WriteQuorum, int Followers, int Repetition, string? SweepValue, int Concurrency, int Keys, string Versioning,
    int Writes, int Succeeded, int Partial, int Unanswered, double DurationMs, double WritesPerSecond,
    double? MeanMs, double? SdMs, double? MinMs, double? P50Ms, double? P90Ms, double? P95Ms, double? P99Ms, double? MaxMs, double? LeaderMeanMs,
    double DelayMeanMs, double OverheadMs, double PredictedMeanMs, double? SaturationMs, double BandLowMs, double BandHighMs, bool InBand, double? ResidualMs,
    int StaleRefusals, int LateDeliveries, int FailedDeliveries, double? ConvergenceMs, long DelayOrigin,
    string? Storage, double? StoredMeanMs, double? StoredP50Ms, double? StoredP99Ms,
    IReadOnlyList<FollowerView> PerFollower, IReadOnlyList<CheckView> Checks,
    IReadOnlyList<string> Disturbances, double LongestGapMs)
{
    public static PointView Of(PointResult p) => new(
        p.Plan.Index, p.Plan.Label, p.Plan.Settings.WriteQuorum, p.Plan.Followers, p.Plan.Repetition, p.Plan.SweepValue, p.Plan.Concurrency, p.Plan.Keys,
        p.Plan.Settings.Versioning.ToString().ToLowerInvariant(),
        p.Writes, p.Succeeded, p.Partial, p.Unanswered, p.DurationMs, p.WritesPerSecond,
        Finite(p.Client.MeanMs), Finite(p.Client.SdMs), Finite(p.Client.MinMs), Finite(p.Client.P50Ms), Finite(p.Client.P90Ms), Finite(p.Client.P95Ms),
        Finite(p.Client.P99Ms), Finite(p.Client.MaxMs), Finite(p.Leader.MeanMs),
        p.Prediction.DelayMeanMs, p.Prediction.OverheadMs, p.Prediction.MeanMs, p.Prediction.SaturationMs, p.Prediction.BandLowMs, p.Prediction.BandHighMs, p.InBand, Finite(p.ResidualMs),
        p.StaleRefusals, p.LateDeliveries, p.FailedDeliveries, p.ConvergenceMs, p.DelayOrigin,
        p.Plan.Storage, Finite(p.Storing.MeanMs), Finite(p.Storing.P50Ms), Finite(p.Storing.P99Ms),
        [.. p.Followers.Select(FollowerView.Of)],
        [.. p.Checks.Select(c => new CheckView(c.Moment, c.AtMs, c.Report.Quiescent, c.Report.Converged, c.Report.Keys, c.Report.Followers))],
        p.Disturbances, p.LongestGap.LengthMs);

    internal static double? Finite(double value) => double.IsFinite(value) ? value : null;
}

public sealed record FollowerView(string Id, int Applied, int Superseded, int Duplicate, int Failed, int Late, double? MeanMs, double? P50Ms, double? P99Ms, int Replaced)
{
    public static FollowerView Of(FollowerSummary f) => new(f.Id, f.Applied, f.Superseded, f.Duplicate, f.Failed, f.Late,
        PointView.Finite(f.CompletionMs.MeanMs), PointView.Finite(f.CompletionMs.P50Ms), PointView.Finite(f.CompletionMs.P99Ms), f.Replaced);
}

/// <param name="Moment">answered (t = 0), quiescent or settled.</param>
public sealed record CheckView(string Moment, double AtMs, bool Quiescent, bool Converged, int Keys, IReadOnlyList<FollowerComparison> Followers);
