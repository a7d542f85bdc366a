using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Experiments;

namespace KvLab.Web.Experiments;

/// <summary>A run as tables: one row per point, and one row per measured write with everything raw.</summary>
public static class RunCsv
{
    public static string Points(ExperimentRun run)
    {
        var csv = new StringBuilder();
        csv.Append("point,repetition,sweep,write_quorum,followers,concurrency,keys,versioning,writes,succeeded,partial,unanswered,")
            .Append("mean_ms,sd_ms,min_ms,p50_ms,p90_ms,p95_ms,p99_ms,max_ms,leader_mean_ms,writes_per_second,")
            .Append("delay_mean_ms,overhead_ms,predicted_mean_ms,band_low_ms,band_high_ms,residual_ms,stale_refusals,late_deliveries,failed_deliveries,convergence_ms,stored_mean_ms,stored_p50_ms,stored_p99_ms,longest_gap_ms,disturbed\n");
        foreach (var p in run.Points)
        {
            Row(csv, p.Plan.Index, p.Plan.Repetition, Quoted(p.Plan.SweepValue ?? ""), p.Plan.Settings.WriteQuorum, p.Plan.Followers, p.Plan.Concurrency, p.Plan.Keys,
                p.Plan.Settings.Versioning.ToString().ToLowerInvariant(), p.Writes, p.Succeeded, p.Partial, p.Unanswered,
                p.Client.MeanMs, p.Client.SdMs, p.Client.MinMs, p.Client.P50Ms, p.Client.P90Ms, p.Client.P95Ms, p.Client.P99Ms, p.Client.MaxMs,
                p.Leader.MeanMs, p.WritesPerSecond, p.Prediction.DelayMeanMs, p.Prediction.OverheadMs, p.Prediction.MeanMs, p.Prediction.BandLowMs, p.Prediction.BandHighMs,
                p.ResidualMs, p.StaleRefusals, p.LateDeliveries, p.FailedDeliveries, p.ConvergenceMs, p.Storing.MeanMs, p.Storing.P50Ms, p.Storing.P99Ms, p.LongestGap.LengthMs, Quoted(string.Join(" ", p.Disturbances)));
        }

        return csv.ToString();
    }

    /// <summary>
    /// Every measured write. Times in ms, written so that reading gives back the very same number; an outcome that was never heard of is empty.
    /// </summary>
    public static string Samples(ExperimentRun run)
    {
        var followers = run.Points.SelectMany(p => p.Samples.Followers).Distinct().ToList();
        var csv = new StringBuilder("point,write_quorum,version,key,start_ms,client_ms,leader_ms,success");
        foreach (var f in followers) csv.Append(Inv($",{f}_delay_ms,{f}_completed_ms,{f}_outcome,{f}_late"));
        // Only where somebody told, so that a run without it has the checksum that it always had.
        var storing = run.Points.Any(p => p.Samples.StoredMs is not null);
        if (storing) csv.Append(",leader_stored_ms");
        csv.Append('\n');
        foreach (var point in run.Points)
        {
            var s = point.Samples;
            for (var row = 0; row < s.Count; row++)
            {
                csv.Append(Inv($"{point.Plan.Index},{point.Plan.Settings.WriteQuorum},{s.Version[row]},k{s.Key[row]},{s.StartMs[row]:R},{s.ClientMs[row]:R},{s.LeaderMs[row]:R},{(s.Success[row] ? 1 : 0)}"));
                foreach (var id in followers) AppendDelivery(csv, s, row, id);
                if (storing) csv.Append(',').Append(Number(s.StoredMs?[row] ?? double.NaN));
                csv.Append('\n');
            }
        }

        return csv.ToString();
    }

    private static void AppendDelivery(StringBuilder csv, SampleTable s, int row, string follower)
    {
        var f = -1;
        for (var i = 0; i < s.Followers.Count && f < 0; i++) if (s.Followers[i] == follower) f = i;
        if (f < 0)
        {
            csv.Append(",,,,");
            return;
        }

        var cell = row * s.Followers.Count + f;
        csv.Append(',').Append(Number(s.DelayMs[cell])).Append(',').Append(Number(s.CompletedMs[cell])).Append(',')
            .Append(JsonNamingPolicy.SnakeCaseLower.ConvertName(s.Outcome[cell].ToString())).Append(s.Late[cell] ? ",1" : ",0");
    }

    /// <summary>SHA-256 over <see cref="Samples"/> as UTF-8, in lower-case hex: <c>sha256sum samples.csv</c> gives the same.</summary>
    public static string Checksum(ExperimentRun run) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Samples(run))));

    private static void Row(StringBuilder csv, params object?[] cells) => csv.AppendJoin(',', cells.Select(c => c switch
    {
        double number => Number(number),
        null => "",
        _ => Convert.ToString(c, CultureInfo.InvariantCulture),
    })).Append('\n');

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Quoted(string text) => text.Contains(',') || text.Contains('"') ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
