using System.Globalization;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Charts;

/// <summary>The key figures by settings as rows: those in force first. Pure.</summary>
public static class FiguresTable
{
    public static SeriesTable Of(FiguresView figures) => new(
        "Figures by settings",
        [
            "since", "W", "followers", "leader_counted", "distribution", "min_delay_ms", "max_delay_ms", "seed", "timeout_ms", "versioning", "delivery", "storage",
            "writes", "success", "partial", "refused_as_stale", "mean_ms", "delay_mean_ms", "p50_ms", "p95_ms", "p99_ms", "latency_over",
        ],
        [.. (figures.Current is { } current ? [current, .. figures.Before] : figures.Before).Select(Row)]);

    private static IReadOnlyList<string> Row(SettingsFigures f)
    {
        var (s, latency) = (f.Conditions.Settings, f.Latency);
        return
        [
            f.Since.ToString("O"), SeriesTable.Number(s.WriteQuorum), SeriesTable.Number(f.Conditions.Followers), s.QuorumCountsLeader ? "yes" : "no",
            s.Distribution.ToString().ToLowerInvariant(), SeriesTable.Number(s.MinDelayMs), SeriesTable.Number(s.MaxDelayMs), s.Seed.ToString(CultureInfo.InvariantCulture),
            SeriesTable.Number(s.ReplicationTimeoutMs), s.Versioning.ToString().ToLowerInvariant(), s.Delivery.ToString().ToLowerInvariant(), f.Conditions.Storage,
            SeriesTable.Number(f.Writes), SeriesTable.Number(f.Success), SeriesTable.Number(f.Partial), SeriesTable.Number(f.RefusedStale),
            SeriesTable.Number(latency.MeanMs), SeriesTable.Number(f.PredictedMeanMs), SeriesTable.Number(latency.P50Ms), SeriesTable.Number(latency.P95Ms),
            SeriesTable.Number(latency.P99Ms), SeriesTable.Number(latency.Over),
        ];
    }
}
