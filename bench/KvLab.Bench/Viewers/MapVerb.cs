using System.Text.Json;
using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Viewers;

/// <summary>
/// The map of messages in a real browser without a GPU: pictures a second while thousands of messages are under way, how far it plays behind, and what feeding it costs the nodes and the
/// dashboard. The same page is measured with its map fed and not fed, in turns.
/// </summary>
internal static class MapVerb
{
    private const string Look = """
        () => { const m = document.querySelector('[data-testid=map-stage]').kvlabMap, d = m.dots(); return [m.frames, d.drawn, d.behindMs, performance.now()]; }
        """;

    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var rounds = args.Int("rounds", 5, 1, 100);
        var seconds = args.Int("seconds", 8, 1, 600);
        args.RefuseOthers();
        await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port));
        var target = cluster.Target(100, 5);
        LoadGenerator.WarmUpCluster(target);
        await using var page = await BrowserPage.OpenAsync(cluster.Dashboard!, Probe.Key);

        // Mean delay 2 s, five messages a write: 200 writes a second are 2,000 requests under way. No client waits for them.
        await SetDelayAsync(cluster, 1000, 3000);
        var crowd = new List<(double Frames, double Drawn, double BehindMs)>();
        for (var round = 0; round < rounds; round++) crowd.Add(await WatchAsync(page, target, 210, TimeSpan.FromSeconds(seconds)));

        await SetDelayAsync(cluster, 0.1, 20);
        await Task.Delay(TimeSpan.FromSeconds(5));
        CpuMeter[] meters = [.. cluster.Meters()];
        var (fed, unfed, behind) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var feeds in round % 2 == 0 ? (bool[])[true, false] : [false, true])
            {
                await page.EvaluateAsync<object?>(feeds ? "() => document.querySelector('[data-testid=map-stage]').kvlabMap.feed(true)" : "() => document.querySelector('[data-testid=map-stage]').kvlabMap.feed(false)");
                await Task.Delay(1000);
                foreach (var meter in meters) meter.Restart();
                var seen = await WatchAsync(page, target, 1000, TimeSpan.FromSeconds(seconds));
                foreach (var meter in meters) meter.Stop();
                (feeds ? fed : unfed).Add(meters.Where(m => m.Name != "this process").Sum(m => m.Used.TotalSeconds));
                if (feeds) behind.Add(seen.BehindMs);
            }
        }

        var table = new MarkdownTable("what", "median (range)");
        table.Add("messages drawn at a time, delay 1–3 s, 210 writes/s", Spread.Of(crowd.Select(c => c.Drawn)).Text("0"));
        table.Add("pictures a second then", Spread.Of(crowd.Select(c => c.Frames)).Text("0.0"));
        table.Add("ms that the map plays behind, 1,000 writes/s, largest of each round", Spread.Of(behind).Text("0"));
        table.Add("CPU of nodes and dashboard, map not fed, s per round", Spread.Of(unfed).Text("0.00"));
        table.Add("CPU of nodes and dashboard, map fed, s per round", Spread.Of(fed).Text("0.00"));
        table.Add("what feeding costs, %", Spread.Of(fed.Zip(unfed, (f, u) => (f / u - 1) * 100)).Text("0.0"));
        await Report.WriteAsync("map", [table]);
    }

    /// <returns>Pictures a second, the mean number of messages drawn, and the largest time that the map was behind.</returns>
    private static async Task<(double Frames, double Drawn, double BehindMs)> WatchAsync(BrowserPage page, Target target, int perSecond, TimeSpan duration)
    {
        var load = PacedLoad.RunAsync(target, perSecond, duration);
        // The crowd has to gather first.
        await Task.Delay(duration / 2);
        var first = await page.EvaluateAsync<JsonElement>(Look);
        var (drawn, behind, looks) = (0.0, 0.0, 0);
        while (!load.IsCompleted)
        {
            var now = await page.EvaluateAsync<JsonElement>(Look);
            drawn += now[1].GetDouble();
            behind = Math.Max(behind, now[2].GetDouble());
            looks++;
            await Task.Delay(200);
        }

        var last = await page.EvaluateAsync<JsonElement>(Look);
        await load;
        return ((last[0].GetDouble() - first[0].GetDouble()) / (last[3].GetDouble() - first[3].GetDouble()) * 1000, drawn / Math.Max(1, looks), behind);
    }

    private static async Task SetDelayAsync(KvLabCluster cluster, double min, double max) =>
        await cluster.SendAsync(HttpMethod.Patch, "/api/cluster/settings", new { minDelayMs = min, maxDelayMs = max, writeQuorum = 0 });
}
