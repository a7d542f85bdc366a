using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;
using MathNet.Numerics.Statistics;

namespace KvLab.Core.Experiments;

public sealed partial class ExperimentRunner
{
    /// <summary>Rounds over all quorums that measure the overhead; the median round counts, so that a burst of other work spoils one and not the result.</summary>
    public const int OverheadRounds = 5;

    /// <summary>Writes per round and quorum, one at a time.</summary>
    public const int OverheadWrites = 40;

    /// <summary>Writes per block while the machine warms up, one at a time.</summary>
    public const int WarmBlock = 250;

    /// <summary>The warm-up ends at the latest after so many blocks.</summary>
    public const int MostWarmBlocks = 30;

    /// <summary>It ends before when so many blocks in a row were within a quarter of the fastest.</summary>
    private const int SteadyBlocks = 5;

    /// <summary>Writes per concurrency that measure the limit.</summary>
    public const int LimitWrites = 1500;

    /// <summary>
    /// Measures what the machine adds, at zero delay: the latency of one client per write quorum, and the writes per second that the
    /// plan's concurrencies reach at most.
    /// </summary>
    /// <param name="points">Over one storage: each adds something of its own.</param>
    private async Task CalibrateAsync(IReadOnlyList<PointPlan> points, CancellationToken cancellation)
    {
        var stepSeconds = DurationEstimate.CalibrationSeconds(plan);
        if (cluster.IsWithoutOverhead)
        {
            _secondsDone += stepSeconds;
            Publish(_run with { Calibration = Calibration.WithoutOverhead(points) });
            return;
        }

        Report("calibrating at zero delay", stepSeconds, 0);
        await cluster.ResetAsync(cancellation);
        await UseFollowersAsync(points[0].Followers, cancellation);
        await WarmUpAsync(points.Where(p => p.Followers == points[0].Followers).Max(p => p.Settings.WriteQuorum), cancellation);

        var overheads = new List<OverheadMeasure>();
        foreach (var group in points.GroupBy(p => p.Followers))
        {
            await UseFollowersAsync(group.Key, cancellation);
            overheads.AddRange(await OverheadsAsync(points[0].Storage, group.Key, [.. group.Select(p => p.Settings.WriteQuorum).Distinct().Order()], cancellation));
            Report("calibrating at zero delay", stepSeconds, 0.4 + 0.4 * overheads.Count / points.DistinctBy(p => (p.Followers, p.Settings.WriteQuorum)).Count());
        }

        var limits = new List<LimitMeasure>();
        foreach (var concurrency in points.Select(p => p.Concurrency).Distinct().Order())
        {
            await ApplyZeroDelayAsync(points.Max(p => p.Settings.WriteQuorum), cancellation);
            await LoadAsync(LimitWrites / 5, concurrency, plan.Keys, "warm", null, cancellation);
            var load = await LoadAsync(LimitWrites, concurrency, plan.Keys, "calibration", null, cancellation);
            await DrainAsync(cancellation);
            limits.Add(new LimitMeasure(concurrency, load.Writes.Count, load.Writes.Count / Math.Max(load.DurationMs, ShortestLoadMs) * 1000, points[0].Storage));
        }

        _secondsDone += stepSeconds;
        Publish(_run with { Calibration = new Calibration([.. _run.Calibration.Overheads, .. overheads], [.. _run.Calibration.Limits, .. limits]) });
    }

    /// <summary>
    /// Code that was just started is slow until it is compiled well: writes go in until they get no faster. What is measured is the machine, not its compiler.
    /// </summary>
    private async Task WarmUpAsync(int writeQuorum, CancellationToken cancellation)
    {
        await ApplyZeroDelayAsync(writeQuorum, cancellation);
        var blocks = new List<double>();
        while (blocks.Count < MostWarmBlocks && !Steady(blocks))
        {
            var load = await LoadAsync(WarmBlock, 1, plan.Keys, "warm", null, cancellation);
            await DrainAsync(cancellation);
            blocks.Add(LatencySummary.Of(load.Writes.Select(o => o.Observation.ClientMs)).MeanMs);
        }
    }

    /// <summary>A load that takes no time at all, as in virtual time, is no limit, but no number is infinite.</summary>
    private const double ShortestLoadMs = 0.01;

    private static bool Steady(List<double> blocks) =>
        blocks.Count >= SteadyBlocks && blocks[^SteadyBlocks..].TrueForAll(ms => ms <= 1.25 * blocks.Min());

    private async Task<IEnumerable<OverheadMeasure>> OverheadsAsync(string? storage, int followers, int[] quorums, CancellationToken cancellation)
    {
        var rounds = quorums.ToDictionary(w => w, _ => new List<double>());
        for (var round = 0; round < OverheadRounds; round++)
        {
            foreach (var w in quorums)
            {
                await ApplyZeroDelayAsync(w, cancellation);
                await LoadAsync(5, 1, 1, "warm", null, cancellation);
                var load = await LoadAsync(OverheadWrites, 1, 1, "calibration", null, cancellation);
                await DrainAsync(cancellation);
                rounds[w].Add(LatencySummary.Of(load.Writes.Select(o => o.Observation.ClientMs)).MeanMs);
            }
        }

        // A round that nobody answered says nothing, and where none was answered nothing is known.
        foreach (var means in rounds.Values) means.RemoveAll(double.IsNaN);
        return quorums.Where(w => rounds[w].Count > 0).Select(w => new OverheadMeasure(w, followers, OverheadRounds * OverheadWrites, Statistics.Median(rounds[w]), StandardErrorOfMedian(rounds[w]), storage));
    }

    /// <summary>√(π/2) times that of the mean, for rounds that scatter normally (Kendall and Stuart, The Advanced Theory of Statistics, vol. 1, § 10.11).</summary>
    private static double StandardErrorOfMedian(List<double> means) => means.Count < 2 ? 0 :
        Math.Sqrt(Math.PI / 2) * Statistics.StandardDeviation(means) / Math.Sqrt(means.Count);

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
