using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

/// <summary>Target 3, the cost: the same nodes with and without a dashboard to report to, in turn.</summary>
internal static class TelemetryVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var rounds = args.Int("rounds", 3, 1, 100);
        var plans = LoadOptions.Read(args, seconds: 4);
        args.RefuseOthers();

        var rows = new List<(bool Dashboard, int Clients, double WritesPerSecond)>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var dashboard in Both)
            {
                await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port, dashboard));
                var target = cluster.Target(100, 5);
                LoadGenerator.WarmUpCluster(target);
                foreach (var plan in plans) rows.Add((dashboard, plan.Clients, LoadGenerator.Run(target, plan, [.. cluster.Meters()]).WritesPerSecond));
            }
        }

        var table = new MarkdownTable("clients", "without dashboard, writes/s", "with", "cost %");
        foreach (var clients in rows.GroupBy(r => r.Clients))
        {
            double[] with = [.. clients.Where(r => r.Dashboard).Select(r => r.WritesPerSecond)], without = [.. clients.Where(r => !r.Dashboard).Select(r => r.WritesPerSecond)];
            table.Add($"{clients.Key}", Spread.Of(without).Text("0"), Spread.Of(with).Text("0"), Spread.Of(with.Zip(without, (w, o) => 100 * (1 - w / o))).Text("0.0"));
        }

        await Report.WriteAsync("telemetry", table);
    }

    private static readonly bool[] Both = [false, true];
}

/// <summary>Target 3, the rest: a flood of writes at full speed, after which every event must have arrived, and what memory it took.</summary>
internal static class FloodVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var writes = args.Int("writes", 100_000, 1, 10_000_000);
        var clients = args.Int("clients", 64, 1, 1000);
        var rounds = args.Int("rounds", 3, 1, 100);
        args.RefuseOthers();

        var table = new MarkdownTable("round", "writes", "writes/s", "p99 ms", "events", "missing", "dropped", "s until all had arrived", "MB leader before", "at most", "MB a follower before", "at most", "MB dashboard before", "at most");
        await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port));
        var target = cluster.Target(100, 5);
        LoadGenerator.WarmUpCluster(target);
        for (var round = 1; round <= rounds; round++)
        {
            var before = await cluster.QuietTelemetryAsync();
            using var memory = new MemoryWatch(cluster.NodeIds[0], cluster.NodeIds[1], cluster.DashboardId!.Value);
            var result = LoadGenerator.Run(target, new LoadPlan(clients, writes, 0, 0));
            var answered = DateTime.UtcNow;
            var after = await cluster.QuietTelemetryAsync();
            table.Add([$"{round}", $"{result.Writes}", $"{result.WritesPerSecond:0}", $"{result.PercentileMs(0.99):0.00}", $"{after.Received - before.Received}",
                $"{after.Gaps - before.Gaps}", $"{after.Dropped - before.Dropped}", $"{(DateTime.UtcNow - answered).TotalSeconds:0.0}", .. memory.Stop().SelectMany(m => new[] { $"{m.BeforeMb:0}", $"{m.MostMb:0}" })]);
        }

        await Report.WriteAsync("flood", table);
    }
}
