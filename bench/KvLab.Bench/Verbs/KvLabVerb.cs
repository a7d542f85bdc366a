using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

internal static class KvLabVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var options = new KvLabOptions(args.Int("port", 21_000, 1, 65_000), Followers: args.Int("followers", 5, 1, 15), Quorum: args.Int("quorum", 3, 0, 15),
            MaxDelayMs: args.Int("max-delay", 0, 0, 10_000));
        bool[] dashboards = args.OneOf("telemetry", "both", "on", "off") switch { "on" => [true], "off" => [false], _ => [true, false] };
        var keys = args.Int("keys", 100, 1, 100_000);
        var valueBytes = args.Int("value", 5, 0, 64 * 1024 - 2);
        var plans = LoadOptions.Read(args);
        args.RefuseOthers();
        foreach (var dashboard in dashboards)
        {
            await using var cluster = await KvLabCluster.StartAsync(options with { Dashboard = dashboard });
            Console.WriteLine($"{cluster.Name}, W={options.Quorum} of {options.Followers}");
            await OwnLoads.RunAsync(cluster, plans, keys, valueBytes);
            if (dashboard) Console.WriteLine($"telemetry: {(await cluster.QuietTelemetryAsync()).Sentence}");
        }
    }
}

internal static class PlainVerb
{
    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_200, 1, 65_000);
        var quorum = args.Int("quorum", 3, 0, 5);
        var keys = args.Int("keys", 100, 1, 100_000);
        var valueBytes = args.Int("value", 5, 0, 64 * 1024 - 2);
        var plans = LoadOptions.Read(args);
        args.RefuseOthers();
        await using var cluster = await PlainCluster.StartAsync(port, quorum);
        Console.WriteLine($"{cluster.Name}, W={quorum} of 5");
        await OwnLoads.RunAsync(cluster, plans, keys, valueBytes);
    }
}

/// <summary>Loads against a cluster that this program started.</summary>
internal static class OwnLoads
{
    public static async Task RunAsync(ICluster cluster, IReadOnlyList<LoadPlan> plans, int keys, int valueBytes)
    {
        CpuMeter[] meters = [.. cluster.Meters()];
        var target = cluster.Target(keys, valueBytes);
        LoadGenerator.WarmUpCluster(target);
        var table = LoadTable.With(meters);
        foreach (var plan in plans)
        {
            table.Add(LoadTable.Row(LoadGenerator.Run(target, plan, meters)));
            // What is left of one load must not slow the next down.
            if (cluster is KvLabCluster { Dashboard: not null } lab) await lab.QuietTelemetryAsync();
        }

        Console.WriteLine(table);
    }
}
