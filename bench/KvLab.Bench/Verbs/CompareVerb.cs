using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

/// <summary>
/// Target 1: KvLab and its anchors in turn on this machine. Every round's figures go to a file of rows, and the table is made of all rows in
/// it, so that rounds can be run apart; a ratio is always of two turns of one round.
/// </summary>
internal static class CompareVerb
{
    private const int Quorum = 3;

    public static async Task RunAsync(Arguments args)
    {
        var port = args.Int("port", 21_000, 1, 65_000);
        var rounds = args.Int("rounds", 3, 1, 100);
        var keys = args.Int("keys", 100, 1, 100_000);
        var valueBytes = args.Int("value", 5, 0, 64 * 1024 - 2);
        var name = args.Text("name", "compare");
        var plans = LoadOptions.Read(args, seconds: 4);
        args.RefuseOthers();

        (string Name, Func<Task<ICluster>> StartAsync)[] systems =
        [
            ("KvLab", async () => await KvLabCluster.StartAsync(new KvLabOptions(port, Quorum: Quorum))),
            ("plain .NET", async () => await PlainCluster.StartAsync(port + 100, Quorum)),
            ("etcd", async () => await EtcdCluster.StartAsync(port + 200)),
            ("Redis", async () => await RedisCluster.StartAsync(port + 300, Quorum)),
        ];
        var rows = CompareRows.Open(Built.Output(name + ".csv"));
        for (var round = 0; round < rounds; round++)
        {
            rows.BeginRound();
            foreach (var (system, startAsync) in systems)
            {
                try
                {
                    await using var cluster = await startAsync();
                    var target = cluster.Target(keys, valueBytes);
                    LoadGenerator.WarmUpCluster(target);
                    foreach (var plan in plans) rows.Add(system, LoadGenerator.Run(target, plan, [.. cluster.Meters()]));
                }
                catch (NotInstalledException missing)
                {
                    Console.WriteLine($"{system} is left out: {missing.Message}");
                }
            }
        }

        await Report.WriteAsync(name, rows.Table());
    }
}
