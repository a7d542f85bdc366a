using KvLab.Bench.Clusters;
using KvLab.Bench.Load;
using KvLab.Core.Replication;

namespace KvLab.Bench.Viewers;

/// <summary>What viewers see and what they cost while the cluster is written to at a steady rate. One of them is a real browser.</summary>
internal static class ViewersVerb
{
    private const int Keys = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LastPictures = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(Arguments args)
    {
        var counts = args.Ints("viewers", 20);
        var rate = args.Int("rate", 1000, 1, 100_000);
        var duration = TimeSpan.FromSeconds(args.Int("seconds", 60, 1, 3600));
        var options = new KvLabOptions(args.Int("port", 21_400, 1, 65_000));
        args.RefuseOthers();
        var table = new MarkdownTable(
            "viewers", "writes/s", "event→DOM p50 ms", "p95 ms", "all replicas p95 ms", "dashboard cores", "nodes cores", "load+viewers cores", "browser cores", "renders/s/page", "wire KiB/s/page", "render KiB/s/page", "RSS MiB", "troubles");
        foreach (var viewers in counts) table.Add(await MeasureAsync(options, viewers, rate, duration));
        Console.WriteLine(table);
    }

    private static async Task<string[]> MeasureAsync(KvLabOptions options, int viewers, int rate, TimeSpan duration)
    {
        await using var cluster = await KvLabCluster.StartAsync(options);
        var target = cluster.Target(Keys, valueBytes: 5);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        await using var page = await BrowserPage.OpenAsync(cluster.Dashboard!, Probe.Key);
        var circuits = new List<CircuitViewer>();
        try
        {
            while (circuits.Count < viewers - 1) circuits.Add(await CircuitViewer.OpenAsync(http, cluster.Dashboard!));
            await PacedLoad.RunAsync(target, rate, WarmUp);

            var probe = new Probe(http, cluster.Leader);
            var before = circuits.Select(c => c.Counts).ToArray();
            CpuMeter dashboard = new("dashboard", cluster.DashboardId!.Value), nodes = new("nodes", cluster.NodeIds), own = CpuMeter.OfThisProcess();
            var browser = await page.CpuAsync();
            var probing = probe.RunAsync(duration);
            var (answered, failed) = await PacedLoad.RunAsync(target, rate, duration);
            foreach (var meter in (CpuMeter[])[dashboard, nodes, own]) meter.Stop();
            var counted = circuits.Zip(before, (c, b) => c.Counts - b).ToArray();
            browser = await page.CpuAsync() - browser;
            await probing;
            await Task.Delay(LastPictures);

            var seen = await page.SeenAsync();
            var (leader, all) = (probe.Delays(seen, v => v[0]), probe.Delays(seen, v => v.Length == 6 ? v.Min() : 0));
            var seconds = duration.TotalSeconds;
            return
            [
                $"{viewers}", $"{answered / seconds:0}", $"{At(leader, 0.5):0}", $"{At(leader, 0.95):0}", $"{At(all, 0.95):0}",
                $"{dashboard.Used / duration:0.00}", $"{nodes.Used / duration:0.00}", $"{own.Used / duration:0.00}", $"{browser / duration:0.00}",
                PerPage(c => c.Renders), PerPage(c => c.WireBytes / 1024.0), PerPage(c => c.RenderBytes / 1024.0),
                $"{CpuMeter.ResidentBytes(cluster.DashboardId.Value) / 1048576}",
                string.Join("; ", circuits.Select(c => c.Error).Append(failed > 0 ? $"{failed} writes failed" : null).Where(e => e is not null).Distinct()),
            ];

            string PerPage(Func<CircuitCounts, double> of) => counted.Length == 0 ? "–" : $"{counted.Average(of) / seconds:0.0}";
        }
        finally
        {
            foreach (var circuit in circuits) await circuit.DisposeAsync();
        }
    }

    private static double At(double[] sorted, double fraction) => sorted[(int)Math.Ceiling(fraction * sorted.Length) - 1];
}
