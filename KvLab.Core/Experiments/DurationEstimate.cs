using KvLab.Core.Analysis;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Network;

namespace KvLab.Core.Experiments;

/// <summary>How long a plan will take, so that nobody starts an hour by mistake.</summary>
public static class DurationEstimate
{
    // What a small machine does before it was calibrated: on the cautious side.
    private const double AssumedOverheadMs = 2;
    private const double AssumedWritesPerSecond = 3000;
    private const double PerPointSeconds = 0.4;

    public static TimeSpan Of(ExperimentPlan plan, int followers) =>
        TimeSpan.FromSeconds(CalibrationSeconds(plan) * Math.Max(1, Storages(plan)) + RestartSeconds * Storages(plan) * plan.Repetitions
            + plan.Points(followers).Sum(p => PointSeconds(plan, p)));

    /// <summary>All nodes end in order and start again.</summary>
    public const double RestartSeconds = 5;

    private static int Storages(ExperimentPlan plan) => plan.Sweep is { Axis: SweepAxis.Storage } sweep ? sweep.Values.Count : 0;

    /// <summary>Over one storage.</summary>
    public static double CalibrationSeconds(ExperimentPlan plan) =>
        plan.Calibrate
            ? plan.Quorums.Count * ExperimentRunner.OverheadRounds * ExperimentRunner.OverheadWrites * AssumedOverheadMs / 1000
              + ExperimentRunner.MostWarmBlocks / 2 * ExperimentRunner.WarmBlock * AssumedOverheadMs / 2000
              + ExperimentRunner.LimitWrites / AssumedWritesPerSecond
            : 0;

    /// <summary>C clients share the writes, each takes E[D(W:N)] and the overhead; the slowest delivery is waited for at the end.</summary>
    public static double PointSeconds(ExperimentPlan plan, PointPlan point)
    {
        var shape = DelayShape.Of(point.Settings);
        var eachMs = OrderStatistics.MeanMs(shape, point.Followers, point.Settings.WriteQuorum) + AssumedOverheadMs;
        var load = Math.Max(plan.Writes * eachMs / 1000 / point.Concurrency, plan.Writes / AssumedWritesPerSecond);
        var tail = OrderStatistics.QuantileMs(shape, point.Followers, point.Followers, 0.95) / 1000;
        return load + tail + plan.SettleMs / 1000.0 + plan.WarmUpWrites / AssumedWritesPerSecond + PerPointSeconds;
    }
}
