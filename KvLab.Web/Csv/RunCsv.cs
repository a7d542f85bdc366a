using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using KvLab.Core.Experiments;

namespace KvLab.Web.Csv;

/// <summary>A run as tables: one row per point, and one row per measured write with everything raw.</summary>
public static class RunCsv
{
    private static readonly string[] PointColumns =
    [
        "point", "repetition", "sweep", "write_quorum", "followers", "concurrency", "keys", "versioning", "writes", "succeeded", "partial", "unanswered",
        "mean_ms", "sd_ms", "min_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms", "max_ms", "leader_mean_ms", "writes_per_second",
        "delay_mean_ms", "overhead_ms", "predicted_mean_ms", "band_low_ms", "band_high_ms", "residual_ms", "stale_refusals", "late_deliveries", "failed_deliveries", "convergence_ms",
        "stored_mean_ms", "stored_p50_ms", "stored_p99_ms", "longest_gap_ms", "disturbed",
    ];

    /// <summary>The name of a file of this run; one of the simulator cannot be taken for one of real nodes.</summary>
    public static string Named(ExperimentRun run, string what) => $"{run.Id}{(run.Environment.Simulation is null ? "" : "-simulated")}-{what}.csv";

    public static string Points(ExperimentRun run) => CsvWriter.Text(csv => Points(run, csv));

    /// <summary>
    /// Every measured write. Times in ms, written so that reading gives back the very same number; an outcome that was never heard of is empty.
    /// </summary>
    public static string Samples(ExperimentRun run) => CsvWriter.Text(csv => Samples(run, csv));

    private static void Points(ExperimentRun run, CsvWriter csv)
    {
        // A table of real nodes looks as it always did; one of the simulator says so in each row, wherever it is taken.
        var simulation = run.Environment.Simulation;
        csv.Row([.. PointColumns, .. simulation is null ? Array.Empty<string>() : ["simulation"]]);
        foreach (var p in run.Points)
        {
            object?[] row =
            [
                p.Plan.Index, p.Plan.Repetition, p.Plan.SweepValue, p.Plan.Settings.WriteQuorum, p.Plan.Followers, p.Plan.Concurrency, p.Plan.Keys,
                p.Plan.Settings.Versioning.ToString().ToLowerInvariant(), p.Writes, p.Succeeded, p.Partial, p.Unanswered,
                p.Client.MeanMs, p.Client.SdMs, p.Client.MinMs, p.Client.P50Ms, p.Client.P90Ms, p.Client.P95Ms, p.Client.P99Ms, p.Client.MaxMs,
                p.Leader.MeanMs, p.WritesPerSecond, p.Prediction.DelayMeanMs, p.Prediction.OverheadMs, p.Prediction.MeanMs, p.Prediction.BandLowMs, p.Prediction.BandHighMs,
                p.ResidualMs, p.StaleRefusals, p.LateDeliveries, p.FailedDeliveries, p.ConvergenceMs, p.Storing.MeanMs, p.Storing.P50Ms, p.Storing.P99Ms,
                p.LongestGap.LengthMs, string.Join(" ", p.Disturbances),
            ];
            csv.Row(simulation is null ? row : [.. row, simulation]);
        }
    }

    private static void Samples(ExperimentRun run, CsvWriter csv)
    {
        var followers = run.Points.SelectMany(p => p.Samples.Followers).Distinct().ToList();
        // Only where somebody told, so that a run without it has the checksum that it always had.
        var storing = run.Points.Any(p => p.Samples.StoredMs is not null);
        csv.Row(
        [
            "point", "write_quorum", "version", "key", "start_ms", "client_ms", "leader_ms", "success",
            .. followers.SelectMany(f => new[] { $"{f}_delay_ms", $"{f}_completed_ms", $"{f}_outcome", $"{f}_late" }),
            .. storing ? ["leader_stored_ms"] : Array.Empty<string>(),
        ]);
        var row = new List<object?>();
        foreach (var point in run.Points)
        {
            var s = point.Samples;
            var places = s.Followers.Index().ToDictionary(f => f.Item, f => f.Index, StringComparer.Ordinal);
            var columns = followers.Select(id => places.GetValueOrDefault(id, -1)).ToArray();
            for (var i = 0; i < s.Count; i++)
            {
                row.Clear();
                row.AddRange([point.Plan.Index, point.Plan.Settings.WriteQuorum, s.Version[i], $"k{s.Key[i]}", s.StartMs[i], s.ClientMs[i], s.LeaderMs[i], s.Success[i] ? 1 : 0]);
                foreach (var column in columns) AddDelivery(row, s, i, column);
                if (storing) row.Add(s.StoredMs?[i]);
                csv.Row(CollectionsMarshal.AsSpan(row));
            }
        }
    }

    private static void AddDelivery(List<object?> row, SampleTable s, int write, int follower)
    {
        if (follower < 0)
        {
            row.AddRange([null, null, null, null]);
            return;
        }

        var cell = write * s.Followers.Count + follower;
        row.AddRange([s.DelayMs[cell], s.CompletedMs[cell], JsonNamingPolicy.SnakeCaseLower.ConvertName(s.Outcome[cell].ToString()), s.Late[cell] ? 1 : 0]);
    }

    /// <summary>SHA-256 over <see cref="Samples(ExperimentRun)"/> as UTF-8, in lower-case hex: <c>sha256sum samples.csv</c> gives the same.</summary>
    public static string Checksum(ExperimentRun run) => Hash(run, old: false);

    /// <summary>As it was up to schema 1 of run files: without a byte order mark, lines ended by a line feed alone.</summary>
    internal static string OldChecksum(ExperimentRun run) => Hash(run, old: true);

    private static string Hash(ExperimentRun run, bool old)
    {
        using var sha = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, sha, CryptoStreamMode.Write))
        using (var writer = old ? new StreamWriter(stream, leaveOpen: true) : CsvWriter.To(stream))
            Samples(run, new CsvWriter(writer, old ? "\n" : "\r\n"));
        return Convert.ToHexStringLower(sha.Hash!);
    }
}
