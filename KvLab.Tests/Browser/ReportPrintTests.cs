using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Tests.Experiments;
using KvLab.Web.Experiments;
using KvLab.Web.Reports;
using Microsoft.Playwright;
using UglyToad.PdfPig;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The report on paper: printed to PDF as a student prints it, and looked at page by page.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class ReportPrintTests(LabInBrowser lab)
{
    private const double PointsPerMm = 72 / 25.4;
    private const double SideMm = 16;

    // Long names without a blank, long labels, two runs: what could be too wide is.
    private static readonly ReportRequest Words = new()
    {
        Title = "What a larger write quorum costs, and what it buys",
        Author = "Ada Lovelace",
        Members = ["Grace Hopper", "Edsger W. Dijkstra"],
        Course = "Distributed Systems, group 7",
        Labels = ["Monday, versioned", "Tuesday, versioned and naive, " + new string('x', 20)],
        Hypothesis = "We expect the mean latency to be $a + (b-a) \\cdot W/(N+1)$, because\n\n1. the leader waits for the **W-th** ack,\n2. the delays are *uniform*.",
        Method = "We ran `current` twice, on Monday and on Tuesday, and changed nothing but the mode.",
        Answers = ["The leader answers at the W-th ack, so it waits for the W-th smallest delay: see @fig:quorum-latency and @tbl:latency.", "", "They were equal (@tbl:replicas)."],
        Conclusion = "- **W = 1** for a page counter.\n- **W = 3** for an order book: @fig:percentiles shows what it costs.",
    };

    private static readonly JsonSerializerOptions Given = new(JsonSerializerOptions.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    [Theory]
    [InlineData("A4", 210, 297)]
    [InlineData("Letter", 215.9, 279.4)]
    public async Task A_printed_report_has_numbers_captions_and_page_numbers_and_nothing_is_cut(string paper, double widthMm, double heightMm)
    {
        await using var page = await lab.OpenAsync("/experiments");
        var first = await ImportAsync(Presets.Current with { Writes = 300, Quorums = [1, 2, 3, 4, 5] });
        string[] runs = [first, await ImportAsync(Presets.VersionedAgainstNaive with { Writes = 200 })];
        using var http = new HttpClient { BaseAddress = new Uri(lab.Url) };
        using var answer = await http.PostAsJsonAsync($"/api/experiments/{first}/report", Words with { Paper = paper, Runs = runs }, Given, TestContext.Current.CancellationToken);
        var html = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, html);
        await page.Page.SetContentAsync(html);
        await page.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        await page.Page.SetViewportSizeAsync((int)((widthMm - 2 * SideMm) / 25.4 * 96), 900);
        // Kept for people, also when something is wrong with it.
        var pdf = await page.Page.PdfAsync(new PagePdfOptions { PreferCSSPageSize = true, PrintBackground = true, Path = Path.Combine(LabInBrowser.Screenshots, $"report-{paper}.pdf") });
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(Cut));
        Assert.Empty(await page.Page.EvaluateAsync<string[]>(Unnumbered));

        using var printed = PdfDocument.Open(pdf);
        Assert.InRange(printed.NumberOfPages, 4, 20);
        foreach (var sheet in printed.GetPages())
        {
            Assert.Equal(widthMm * PointsPerMm, sheet.Width, 2.0);
            Assert.Equal(heightMm * PointsPerMm, sheet.Height, 2.0);
            var words = sheet.GetWords().ToList();
            Assert.Contains($"Page {sheet.Number} of {printed.NumberOfPages}", string.Join(' ', words.Select(w => w.Text)), StringComparison.Ordinal);
            Assert.All(words, w => Assert.InRange(w.BoundingBox.Left, SideMm * PointsPerMm - 3, w.BoundingBox.Right));
            Assert.All(words, w => Assert.True(w.BoundingBox.Right <= (widthMm - SideMm) * PointsPerMm + 3, $"page {sheet.Number}: {w.Text} ends {w.BoundingBox.Right - (widthMm - SideMm) * PointsPerMm:0} points beyond the margin"));
        }

        foreach (var run in runs) await http.DeleteAsync($"/api/experiments/{run}", TestContext.Current.CancellationToken);

        async Task<string> ImportAsync(ExperimentPlan plan)
        {
            using var import = new HttpClient { BaseAddress = new Uri(lab.Url) };
            using var imported = await import.PostAsync("/api/experiments/import", new ByteArrayContent(RunFile.Write(WorldExperiment.Run(plan))), TestContext.Current.CancellationToken);
            return (await imported.Content.ReadFromJsonAsync<Dictionary<string, JsonElement>>(TestContext.Current.CancellationToken))!["id"].GetString()!;
        }
    }

    /// <summary>Figures and tables that are wider than the page, and texts that leave their figure.</summary>
    private const string Cut = """
        () => {
          const wide = [...document.querySelectorAll('figure, table, svg')].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 || e.scrollWidth > e.clientWidth + 1)
            .map(e => `${e.tagName} ${e.querySelector('caption, figcaption')?.textContent.slice(0, 40)}: ${e.getBoundingClientRect().right} of ${document.documentElement.clientWidth}`);
          const left = [...document.querySelectorAll('svg text')].filter(t => {
            const [text, svg] = [t.getBoundingClientRect(), t.ownerSVGElement.getBoundingClientRect()];
            return text.left < svg.left - 1 || text.right > svg.right + 1 || text.top < svg.top - 1 || text.bottom > svg.bottom + 1;
          }).map(t => `text ${t.textContent}`);
          return [...wide, ...left];
        }
        """;

    private const string Unnumbered = """
        () => [['figure', 'figcaption', 'Figure'], ['table', 'caption', 'Table']].flatMap(([thing, caption, name]) =>
          [...document.querySelectorAll(thing)].map((e, i) => [e.querySelector(caption)?.textContent ?? '', `${name} ${i + 1}: `])
            .filter(([text, number]) => !text.startsWith(number) || text.length < number.length + 20).map(([text]) => text || `no ${caption}`))
        """;
}
