using System.Diagnostics;
using KvLab.Core.Recordings;
using KvLab.Core.Replays;
using KvLab.Web.Replays;

namespace KvLab.Bench.Verbs;

/// <summary>A recording as a viewer has it: until it is open, until all of it was gone through, and until any of its moments is shown.</summary>
internal static class ReplayVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task RunAsync(Arguments args)
    {
        var path = args.Find("file") ?? throw new ArgumentException("--file names a recording, such as one of KVLAB_DATA/recordings.");
        var rounds = args.Int("rounds", 5, 1, 100);
        var moments = args.Int("moments", 100, 1, 100_000);
        args.RefuseOthers();
        if (!File.Exists(path)) throw new ArgumentException($"--file: there is no {path}.");

        var (open, pass, median, slow, most) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        Recording? recording = null;
        for (var round = 0; round < rounds; round++)
        {
            var began = Stopwatch.GetTimestamp();
            using (var stream = File.OpenRead(path))
            using (var reader = RecordingReader.Open(stream)) recording = reader.Recording;
            using var file = new RecordedFile(() => File.OpenRead(path), () => recording);
            await using var session = new ReplaySession(file, TimeProvider.System);
            open.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            while (session.Marks is null && Stopwatch.GetElapsedTime(began) < Patience) await Task.Delay(5);
            pass.Add(Stopwatch.GetElapsedTime(began).TotalSeconds);

            var random = new Random(round);
            var times = Enumerable.Range(0, moments).Select(_ => Measure(session, random.NextDouble() * session.LengthMs)).ToArray();
            median.Add(Percentile.P50(times));
            slow.Add(Percentile.P95(times));
            most.Add(times.Max());
        }

        var table = new MarkdownTable("what", "median of rounds (range)");
        table.Add("open, ms", Spread.Of(open).Text("0"));
        table.Add("gone through, s", Spread.Of(pass).Text("0.0"));
        table.Add("any state: p50, ms", Spread.Of(median).Text("0"));
        table.Add("any state: p95, ms", Spread.Of(slow).Text("0"));
        table.Add("any state: most, ms", Spread.Of(most).Text("0"));
        await Report.WriteAsync("replay", $"{recording!.Events} events, {new FileInfo(path).Length} bytes, {recording.Keyframes.Count} states in the file; {rounds} rounds, {moments} moments each", table);
    }

    private static double Measure(ReplaySession session, double ms)
    {
        var began = Stopwatch.GetTimestamp();
        session.GoTo(ms);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}
