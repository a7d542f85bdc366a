using System.Diagnostics;
using System.Text.Json.Nodes;
using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Verbs;

/// <summary>
/// Target 5: from the start of the program until its page is served and until six nodes are healthy; then what idle nodes take. That the page
/// is interactive needs a browser and is measured by the browser tests.
/// </summary>
internal static class StartVerb
{
    private const int Nodes = 6;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);

    public static async Task RunAsync(Arguments args)
    {
        var options = new KvLabOptions(args.Int("port", 21_000, 1, 65_000));
        var rounds = args.Int("rounds", 3, 1, 100);
        args.RefuseOthers();

        var dashboard = new Uri($"http://127.0.0.1:{options.BasePort + KvLabOptions.DashboardOffset}");
        using var http = new HttpClient();
        List<double> page = [], healthy = [], leader = [], followers = [], process = [];
        for (var round = 0; round < rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            var starting = KvLabCluster.StartAsync(options);
            page.Add(await UntilAsync(started, async () => (await http.GetAsync(dashboard)).IsSuccessStatusCode));
            healthy.Add(await UntilAsync(started, async () => JsonNode.Parse(await http.GetStringAsync(new Uri(dashboard, "/health")))?["nodesRunning"]?.GetValue<int>() == Nodes));
            await using var cluster = await starting;
            await Task.Delay(Idle);
            leader.Add(MemoryWatch.Megabytes(cluster.NodeIds[0]));
            followers.AddRange(cluster.NodeIds.Skip(1).Select(MemoryWatch.Megabytes));
            process.Add(MemoryWatch.Megabytes(cluster.DashboardId!.Value));
        }

        var table = new MarkdownTable("figure", "median (range)");
        table.Add("page served, s", Spread.Of(page).Text("0.00"));
        table.Add("six nodes healthy, s", Spread.Of(healthy).Text("0.00"));
        table.Add("idle leader, MB", Spread.Of(leader).Text("0.0"));
        table.Add("idle follower, MB", Spread.Of(followers).Text("0.0"));
        table.Add("idle dashboard, MB", Spread.Of(process).Text("0.0"));
        await Report.WriteAsync("start", table);
    }

    private static async Task<double> UntilAsync(long started, Func<Task<bool>> done)
    {
        while (Stopwatch.GetElapsedTime(started) < Patience)
        {
            try
            {
                if (await done()) return Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
            catch (HttpRequestException)
            {
            }

            await Task.Delay(10);
        }

        throw new BenchException($"The lab is not ready after {Patience.TotalSeconds:0} s.");
    }
}
