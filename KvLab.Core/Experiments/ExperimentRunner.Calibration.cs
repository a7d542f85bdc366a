using KvLab.Core.Network;
using KvLab.Core.Replication;

namespace KvLab.Core.Experiments;

public sealed partial class ExperimentRunner
{
    /// <summary>Writes per quorum that measure the overhead, one at a time.</summary>
    public const int OverheadWrites = 150;

    /// <summary>Writes before anything is measured.</summary>
    public const int ColdWrites = 1000;

    /// <summary>Writes per concurrency that measure the limit.</summary>
    public const int LimitWrites = 1500;

    /// <summary>
    /// Measures what the machine adds, at zero delay: the latency of one client per write quorum, and the writes per second that the
    /// plan's concurrencies reach at most.
    /// </summary>
    private async Task CalibrateAsync(IReadOnlyList<PointPlan> points, CancellationToken cancellation)
    {
        var stepSeconds = DurationEstimate.CalibrationSeconds(plan);
        Report("calibrating at zero delay", stepSeconds, 0);
        await cluster.ResetAsync(cancellation);
        // Code that was just started is slow until it is compiled well; what is measured is the machine, not its compiler.
        await ApplyZeroDelayAsync(0, cancellation);
        await LoadAsync(ColdWrites, 4, plan.Keys, "warm", null, cancellation);
        await DrainAsync(cancellation);

        var overheads = new List<OverheadMeasure>();
        foreach (var group in points.GroupBy(p => p.Followers))
        {
            await UseFollowersAsync(group.Key, cancellation);
            foreach (var w in group.Select(p => p.Settings.WriteQuorum).Distinct().Order())
            {
                await ApplyZeroDelayAsync(w, cancellation);
                await LoadAsync(20, 1, 1, "warm", null, cancellation);
                var load = await LoadAsync(OverheadWrites, 1, 1, "calibration", null, cancellation);
                await DrainAsync(cancellation);
                var latency = LatencySummary.Of(load.Writes.Select(o => o.Observation.ClientMs));
                overheads.Add(new OverheadMeasure(w, group.Key, latency.Count, latency.MeanMs, latency.StandardErrorMs));
                Report("calibrating at zero delay", stepSeconds, 0.7 * overheads.Count / points.DistinctBy(p => (p.Followers, p.Settings.WriteQuorum)).Count());
            }
        }

        var limits = new List<LimitMeasure>();
        foreach (var concurrency in points.Select(p => p.Concurrency).Distinct().Order())
        {
            await ApplyZeroDelayAsync(points.Max(p => p.Settings.WriteQuorum), cancellation);
            await LoadAsync(LimitWrites / 5, concurrency, plan.Keys, "warm", null, cancellation);
            var load = await LoadAsync(LimitWrites, concurrency, plan.Keys, "calibration", null, cancellation);
            await DrainAsync(cancellation);
            limits.Add(new LimitMeasure(concurrency, load.Writes.Count, load.Writes.Count / load.DurationMs * 1000));
        }

        _secondsDone += stepSeconds;
        Publish(_run with { Calibration = new Calibration(overheads, limits) });
    }

    private Task<LiveSettings> ApplyZeroDelayAsync(int writeQuorum, CancellationToken cancellation) => cluster.ApplyAsync(new LiveSettings
    {
        WriteQuorum = writeQuorum,
        MinDelayMs = 0,
        MaxDelayMs = 0,
        Distribution = DelayDistribution.Fixed,
        Seed = plan.Seed,
        Versioning = VersioningMode.Versioned,
        Delivery = plan.Delivery,
        ReplicationTimeoutMs = plan.ReplicationTimeoutMs,
    }, restartSchedule: false, cancellation);

    private async Task UseFollowersAsync(int followers, CancellationToken cancellation)
    {
        if ((await cluster.FollowersAsync(cancellation)).Count == followers) return;
        // W may be larger than the new number.
        await ApplyZeroDelayAsync(0, cancellation);
        await cluster.SetFollowersAsync(followers, cancellation);
    }
}
