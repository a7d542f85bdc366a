using KvLab.Bench.Clusters;
using KvLab.Bench.Load;
using KvLab.Bench.Viewers;

namespace KvLab.Bench.Verbs;

/// <summary>What recording costs: the same lab under the same load with and without it, in turns.</summary>
internal static class RecordingVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var rounds = args.Int("rounds", 5, 1, 100);
        var seconds = args.Int("seconds", 8, 1, 600);
        var rate = args.Int("rate", 1000, 1, 100_000);
        args.RefuseOthers();
        await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port));
        var target = cluster.Target(100, 5);
        LoadGenerator.WarmUpCluster(target);
        CpuMeter[] meters = [.. cluster.Meters()];
        // A first round that nobody counts: everything is compiled then.
        await PacedLoad.RunAsync(target, rate, TimeSpan.FromSeconds(seconds));
        var (on, off) = (new List<double>(), new List<double>());
        var recording = true;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var records in round % 2 == 0 ? (bool[])[true, false] : [false, true])
            {
                if (records != recording) await cluster.SendAsync(HttpMethod.Post, "/api/recordings", new Dictionary<string, string> { ["do"] = records ? "start" : "stop" });
                recording = records;
                await Task.Delay(500);
                foreach (var meter in meters) meter.Restart();
                var (answered, _) = await PacedLoad.RunAsync(target, rate, TimeSpan.FromSeconds(seconds));
                // What is told is written within two seconds.
                await Task.Delay(2500);
                foreach (var meter in meters) meter.Stop();
                (records ? on : off).Add(meters.Sum(m => m.Used.TotalMicroseconds) / answered);
            }
        }

        var table = new MarkdownTable("what", "median (range)");
        table.Add("CPU a write, nodes and dashboard, recording off, µs", Spread.Of(off).Text("0"));
        table.Add("CPU a write, nodes and dashboard, recording on, µs", Spread.Of(on).Text("0"));
        table.Add("what recording costs, %", Spread.Of(on.Zip(off, (n, f) => (n / f - 1) * 100)).Text("0.0"));
        await Report.WriteAsync("recording", [table]);
    }
}
