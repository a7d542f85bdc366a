using KvLab.Bench.Clusters;

namespace KvLab.Bench.Viewers;

/// <summary>The simulator in a real browser without a GPU: how long after a press on what could happen next the page shows that it has happened.</summary>
internal static class PressVerb
{
    private const string IsThere = "() => document.querySelectorAll('[data-testid=enabled] [data-testid^=choice-]').length > 0";

    /// <summary>Writes and deliveries in turn. A picture is what the browser paints after the step is in the document.</summary>
    private const string Press = """
        async () => {
          const took = [], step = () => document.querySelector('[data-testid=simulator-at]').textContent;
          for (let i = 0; i < 60; i++) {
            const before = step();
            const choices = [...document.querySelectorAll('[data-testid=enabled] [data-testid^=choice-]')];
            const wanted = i % 3 ? 'arrives' : 'write k1';
            const button = choices.find(c => c.textContent.trim() === wanted) ?? choices[0];
            const began = performance.now();
            button.click();
            await new Promise(done => {
              const look = () => requestAnimationFrame(step() === before ? look : done);
              look();
            });
            took.push(performance.now() - began);
            await new Promise(done => setTimeout(done, 400));
          }
          return took;
        }
        """;

    public static async Task RunAsync(Arguments args)
    {
        var rounds = args.Int("rounds", 5, 1, 100);
        var options = new KvLabOptions(args.Int("port", 21_800, 1, 65_000));
        args.RefuseOthers();
        await using var cluster = await KvLabCluster.StartAsync(options);
        await using var page = await BrowserPage.OpenAsync(cluster.Dashboard!, Probe.Key);
        var (middle, high) = (new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await page.GoToAsync(new Uri(cluster.Dashboard!, "/simulator"), IsThere);
            var took = await page.EvaluateAsync<double[]>(Press);
            middle.Add(Percentile.P50(took));
            high.Add(Percentile.P95(took));
        }

        var table = new MarkdownTable("what", "median (range)");
        table.Add("a press → its picture, p50 of a round, ms", Spread.Of(middle).Text("0"));
        table.Add("a press → its picture, p95 of a round, ms", Spread.Of(high).Text("0"));
        await Report.WriteAsync("press", [table]);
    }
}
