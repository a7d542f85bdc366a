using System.Net.Http.Headers;
using System.Text.Json;
using KvLab.Bench.Clusters;
using KvLab.Bench.Load;

namespace KvLab.Bench.Viewers;

/// <summary>The space-time diagram in a real browser without a GPU: pictures while somebody moves and zooms through a recording of real nodes, and how far behind the present it follows.</summary>
internal static class TimelineVerb
{
    private const string Diagram = "document.querySelector('[data-testid=timeline-stage]')?.kvlabTimeline";

    private const string IsThere = $"() => {Diagram}?.look().messages > 0";

    /// <summary>Each picture asks for the next move: what passes between two is what somebody sees, <c>frameMs</c> is what drawing took of it.</summary>
    private const string Move = $$"""
        () => new Promise(done => {
          const t = {{Diagram}}, gaps = [];
          let last = performance.now(), n = 0;
          t.frameMs.length = 0;
          const next = at => {
            gaps.push(at - last);
            last = at;
            if (n++ === 240) { done([gaps.slice(1), t.frameMs]); return; }
            if (n % 2) t.pan(n % 80 < 40 ? 0.04 : -0.04); else t.zoom(n % 60 < 30 ? 1.06 : 1 / 1.06);
            requestAnimationFrame(next);
          };
          requestAnimationFrame(next);
        })
        """;

    public static async Task RunAsync(Arguments args)
    {
        var path = args.Find("file") ?? throw new ArgumentException("--file names a recording, such as one of KVLAB_DATA/recordings.");
        var port = args.Int("port", 21_000, 1, 65_000);
        var rounds = args.Int("rounds", 5, 1, 100);
        var seconds = args.Int("seconds", 8, 1, 600);
        args.RefuseOthers();
        if (!File.Exists(path)) throw new ArgumentException($"--file: there is no {path}.");
        await using var cluster = await KvLabCluster.StartAsync(new KvLabOptions(port));
        var target = cluster.Target(100, 5);
        LoadGenerator.WarmUpCluster(target);
        await using var page = await BrowserPage.OpenAsync(cluster.Dashboard!, Probe.Key);

        using var file = new StreamContent(File.OpenRead(path)) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        var id = (await cluster.SendAsync(HttpMethod.Post, "/api/recordings/import", file))["id"]!.GetValue<string>();
        await page.GoToAsync(new Uri(cluster.Dashboard!, $"/timeline?recording={id}"), IsThere);
        await page.EvaluateAsync<object?>($"() => {Diagram}.pan(-1)");
        var (gaps, drawing) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var moved = await page.EvaluateAsync<JsonElement>(Move);
            gaps.Add(High(moved[0]));
            drawing.Add(High(moved[1]));
        }

        var behind = new List<double>();
        await page.GoToAsync(new Uri(cluster.Dashboard!, "/timeline"), IsThere);
        for (var round = 0; round < rounds; round++)
            behind.Add((await Following.MeasureAsync(target, 1000, TimeSpan.FromSeconds(seconds), TimeSpan.FromMilliseconds(100), () => page.EvaluateAsync<double>($"() => {Diagram}.look().behindMs"))).BehindMs);

        var table = new MarkdownTable("what", "median (range)");
        table.Add("between two pictures while it is moved and zoomed, p95 of a round, ms", Spread.Of(gaps).Text("0"));
        table.Add("drawing one of them, p95 of a round, ms", Spread.Of(drawing).Text("0.0"));
        table.Add("how far behind the newest line is at 1,000 writes/s, p95 of a round, ms", Spread.Of(behind).Text("0"));
        await Report.WriteAsync("timeline", [table]);
    }

    private static double High(JsonElement numbers) => Percentile.P95([.. numbers.EnumerateArray().Select(n => n.GetDouble())]);
}
