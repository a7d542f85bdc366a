using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

/// <summary>Target 6: a burst as the page starts it, in turn with the same writes from the load generator.</summary>
internal static class BurstVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var writes = args.Int("writes", 10_000, 1, 1_000_000);
        var clients = args.Int("clients", 64, 1, 200);
        var rounds = args.Int("rounds", 5, 1, 100);
        args.RefuseOthers();

        await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port));
        var target = cluster.Target(100, 5);
        LoadGenerator.WarmUpCluster(target);
        await BurstAsync(cluster, writes, clients);
        List<double> direct = [], bursts = [];
        for (var round = 0; round < rounds; round++)
        {
            await cluster.QuietTelemetryAsync();
            direct.Add(LoadGenerator.Run(target, new LoadPlan(clients, writes, 0, 0)).WritesPerSecond);
            await cluster.QuietTelemetryAsync();
            bursts.Add(await BurstAsync(cluster, writes, clients));
        }

        var table = new MarkdownTable("writes", "clients", "load generator, writes/s", "burst, writes/s", "burst ÷ load generator");
        table.Add($"{writes}", $"{clients}", Spread.Of(direct).Text("0"), Spread.Of(bursts).Text("0"), Spread.Of(bursts.Zip(direct, (b, d) => b / d)).Text("0.00"));
        await Report.WriteAsync("burst", table);
    }

    private static async Task<double> BurstAsync(KvLabCluster cluster, int writes, int clients)
    {
        var burst = await cluster.SendAsync(HttpMethod.Post, "/api/bursts", new { writes, concurrency = clients, keys = 100 });
        var path = $"/api/bursts/{burst["id"]!.GetValue<string>()}";
        while (true)
        {
            // Seldom, so that asking costs the burst nothing.
            await Task.Delay(100);
            var now = await cluster.GetAsync(path);
            if (now["state"]!.GetValue<string>() != "running") return now["writesPerSecond"]!.GetValue<double>();
        }
    }
}
