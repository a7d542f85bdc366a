using System.Text.Json;
using KvLab.Tests.Architecture;

namespace KvLab.Tests.Gate;

/// <summary>What one write takes, of a load of <see cref="GateLoad.Writes"/>.</summary>
/// <param name="Events">Of all nodes.</param>
/// <param name="Messages">From the leader to followers.</param>
/// <param name="Batches">What these travelled in.</param>
/// <param name="ReplicationBytes">Of batches and their answers.</param>
/// <param name="Reports">Messages from nodes to the dashboard.</param>
/// <param name="ReportBytes">Of these, packed.</param>
/// <param name="AnswerMs">Virtual time from the begin of a write to its client's answer.</param>
/// <param name="LeaderAllocated">Bytes; likewise of all followers together, and of the dashboard's observer.</param>
internal sealed record GateNumbers(
    double Events, double Messages, double Batches, double ReplicationBytes, double Reports, double ReportBytes, double AnswerMs,
    double LeaderAllocated, double FollowersAllocated, double ObserverAllocated)
{
    /// <summary>The framework compiles itself anew while it runs, so what is allocated settles in the first runs.</summary>
    private const int WarmUps = 3;
    private const int Runs = 5;

    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private static string File => Path.Combine(SourceTree.Root, "KvLab.Tests", "Gate", "limits.json");

    public static GateNumbers Measure(GateLoad load)
    {
        for (var i = 0; i < WarmUps; i++) MeasureOnce(load);
        var runs = Enumerable.Range(0, Runs).Select(_ => MeasureOnce(load)).ToArray();
        return runs[0] with
        {
            LeaderAllocated = Median(runs, r => r.LeaderAllocated),
            FollowersAllocated = Median(runs, r => r.FollowersAllocated),
            ObserverAllocated = Median(runs, r => r.ObserverAllocated),
        };
    }

    private static GateNumbers MeasureOnce(GateLoad load)
    {
        var run = GateRun.Of(load);
        var before = Report.Of(run.Events.Take(run.Before));
        var reports = Report.Of(run.Events.Skip(run.Before));
        return new GateNumbers(
            PerWrite(run.Events.Count - run.Before), PerWrite(run.Wire.Messages), PerWrite(run.Wire.Batches), PerWrite(run.Wire.Bytes),
            PerWrite(reports.Count), PerWrite(reports.Sum(r => (long)r.Packed.Length)), PerWrite(run.Waited.TotalMilliseconds),
            PerWrite(run.AllocatedByLeader), PerWrite(run.Wire.AllocatedByFollowers),
            PerWrite(ObserverMeter.Allocated(load.Settings, before, reports)));
    }

    private static double PerWrite(double all) => Math.Round(all / GateLoad.Writes, 6);

    private static double Median(GateNumbers[] runs, Func<GateNumbers, double> of) => runs.Select(of).Order().ElementAt(runs.Length / 2);

    public static SortedDictionary<string, GateNumbers> Limits() =>
        JsonSerializer.Deserialize<SortedDictionary<string, GateNumbers>>(System.IO.File.ReadAllText(File), Readable)!;

    public static void WriteLimits(SortedDictionary<string, GateNumbers> limits) =>
        System.IO.File.WriteAllText(File, JsonSerializer.Serialize(limits, Readable) + "\n");
}
