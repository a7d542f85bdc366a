using System.Net;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

internal static class LoadVerb
{
    public static Task RunAsync(Arguments args)
    {
        var url = new Uri(args.Text("url", "http://127.0.0.1:8000"));
        var kind = args.OneOf("target", "write", "etcd", "redis");
        var keys = args.Int("keys", 100, 1, 1_000_000);
        var valueBytes = args.Int("value", 5, 0, 64 * 1024 - 2);
        var quorum = args.Int("quorum", 3, 0, 15);
        var plans = LoadOptions.Read(args);
        var watched = args.Ints("pids").Select(id => new CpuMeter($"{id}", id)).ToArray();
        args.RefuseOthers();
        Target target = kind switch
        {
            "etcd" => HttpTarget.EtcdPut(url, keys, valueBytes),
            "redis" => new RedisTarget(new IPEndPoint(IPAddress.Loopback, url.Port), quorum, keys, valueBytes),
            _ => HttpTarget.Write(url, keys, valueBytes),
        };
        var table = LoadTable.With(watched);
        foreach (var plan in plans) table.Add(LoadTable.Row(LoadGenerator.Run(target, plan, watched)));
        Console.WriteLine(table);
        return Task.CompletedTask;
    }
}

/// <summary>The options that all loads have in common.</summary>
internal static class LoadOptions
{
    /// <summary>One plan per number of clients; one client last, because it notices longest what is not warm yet.</summary>
    public static IReadOnlyList<LoadPlan> Read(Arguments args, int seconds = 5)
    {
        var writes = args.Int("writes", 0, 0, 10_000_000);
        var length = args.Int("seconds", seconds, 1, 3600);
        var warmUp = args.Int("warmup", 1, 0, 600);
        return [.. args.Ints("clients", 16, 64, 1).Select(clients => new LoadPlan(clients, writes, length, warmUp))];
    }
}

/// <summary>A load's figures, and CPU µs per write of what was watched.</summary>
internal static class LoadTable
{
    public static MarkdownTable With(IEnumerable<CpuMeter> meters) => new([.. LoadResult.Columns, .. meters.Select(m => $"CPU µs {m.Name}"), "CPU µs all"]);

    public static IReadOnlyList<string> Row(LoadResult result) =>
        [.. result.Cells, .. result.WatchedMicros.Select(µs => $"{µs:0.0}"), $"{result.WatchedMicros.Sum():0.0}"];
}
