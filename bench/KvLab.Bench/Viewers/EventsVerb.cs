using System.Diagnostics;
using System.Globalization;
using KvLab.Web.Hosting;
using KvLab.Web.Live;
using Microsoft.Extensions.DependencyInjection;

namespace KvLab.Bench.Viewers;

/// <summary>A dashboard that hears millions of events at full speed, in this process and with a page open: what it keeps of them, and whether it still answers.</summary>
internal static class EventsVerb
{
    private const int WritesPerRound = 200;
    private const int Askings = 50;

    public static async Task RunAsync(Arguments args)
    {
        var millions = args.Int("millions", 10, 1, 1000);
        var keys = args.Int("keys", 1000, 1, 100_000);
        var port = args.Int("port", 21_500, 1, 65_000);
        args.RefuseOthers();
        await using var host = WebHost.Create(["--urls", string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"), "--Cluster:Mode=External"]);
        await host.StartAsync();
        var intake = host.Services.GetRequiredService<TelemetryIntake>();
        var state = host.Services.GetRequiredService<IClusterState>();
        foreach (var hello in SyntheticWrites.Hellos) await intake.HelloAsync(hello, CancellationToken.None);
        using var http = new HttpClient();
        var page = await CircuitViewer.OpenAsync(http, new Uri(host.Url));

        var table = new MarkdownTable("million events", "taken in/s", "managed MiB", "resident MiB", "renders/s", "page p50 ms", "page p95 ms", "troubles");
        var writes = new SyntheticWrites(keys);
        for (var million = 1; million <= millions; million++)
        {
            var (started, renders, before) = (Stopwatch.GetTimestamp(), page.Counts.Renders, Received(state));
            for (var sent = 0; sent < 1_000_000; sent += WritesPerRound * SyntheticWrites.PerWrite)
            {
                foreach (var batch in writes.Next(WritesPerRound)) await intake.ReportAsync(batch, Packing.Pack(batch), CancellationToken.None);
            }

            while (Received(state) - before < 1_000_000) await Task.Delay(1);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var asked = await AskAsync(http, new Uri(host.Url));
            var managed = GC.GetTotalMemory(forceFullCollection: true);
            table.Add(
                $"{million}", $"{(Received(state) - before) / seconds:0}", $"{managed / 1048576.0:0.0}", $"{Environment.WorkingSet / 1048576}",
                $"{(page.Counts.Renders - renders) / seconds:0.0}", $"{asked[Askings / 2]:0.0}", $"{asked[Askings * 95 / 100]:0.0}", page.Error ?? "");
        }

        await page.DisposeAsync();
        await host.StopAsync();
        Console.WriteLine(table);
    }

    private static long Received(IClusterState state) => state.Current.Telemetry.Sum(t => t.Received);

    /// <summary>How long the page takes to come, ascending, in ms.</summary>
    private static async Task<double[]> AskAsync(HttpClient http, Uri page)
    {
        var asked = new double[Askings];
        for (var i = 0; i < Askings; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await http.GetStringAsync(page);
            asked[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        Array.Sort(asked);
        return asked;
    }
}
