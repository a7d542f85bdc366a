using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

/// <summary>Target 7: cost as followers, keys and values grow, each point on a lab of its own.</summary>
internal static class GrowthVerb
{
    private const int LargestValue = 64 * 1024 - 2;

    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var what = args.OneOf("what", "all", "followers", "keys", "values");
        var clients = args.Int("clients", 64, 1, 1000);
        var seconds = args.Int("seconds", 3, 1, 600);
        args.RefuseOthers();

        var growth = new Growth(port, new LoadPlan(clients, 0, seconds, 1));
        if (what is "all" or "followers") await growth.RunAsync("followers", [1, 3, 5, 10, 15], n => new(Followers: n));
        if (what is "all" or "keys") await growth.RunAsync("keys", [10, 100, 1_000, 10_000, 100_000], n => new(Keys: n));
        if (what is "all" or "values") await growth.RunAsync("value bytes", [10, 100, 1_024, 10_240, LargestValue], n => new(ValueBytes: n));
    }

    private sealed record Size(int Followers = 5, int Keys = 100, int ValueBytes = 5);

    private sealed class Growth(int port, LoadPlan plan)
    {
        public async Task RunAsync(string name, int[] sizes, Func<int, Size> of)
        {
            var table = new MarkdownTable(name, "writes/s", "mean ms", "p99 ms", "short or failed", "CPU µs leader", "CPU µs followers", "CPU µs dashboard", "MB leader", "MB a follower", "MB dashboard", "events missing or dropped");
            foreach (var n in sizes)
            {
                var size = of(n);
                await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port, Followers: size.Followers, Quorum: Math.Min(3, size.Followers)));
                var target = cluster.Target(size.Keys, size.ValueBytes);
                LoadGenerator.WarmUpCluster(target, size.Followers);
                // Clients begin at different keys, so that this writes nearly every key once: a store that still fills is another thing.
                LoadGenerator.Run(target, new LoadPlan(plan.Clients, size.Keys, 0, 0));
                var r = LoadGenerator.Run(target, plan, [.. cluster.Meters()]);
                var telemetry = await cluster.QuietTelemetryAsync();
                table.Add([$"{n}", $"{r.WritesPerSecond:0}", $"{r.MeanMs:0.00}", $"{r.PercentileMs(0.99):0.00}", $"{r.Short + r.Failed}", .. r.WatchedMicros.Select(µs => $"{µs:0}"),
                    $"{MemoryWatch.Megabytes(cluster.NodeIds[0]):0}", $"{MemoryWatch.Megabytes(cluster.NodeIds[1]):0}", $"{MemoryWatch.Megabytes(cluster.DashboardId!.Value):0}", $"{telemetry.Gaps + telemetry.Dropped}"]);
            }

            await Report.WriteAsync("growth-" + name.Replace(' ', '-'), table);
        }
    }
}
