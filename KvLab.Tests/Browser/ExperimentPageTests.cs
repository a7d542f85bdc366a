using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>From a plan to a report in a student's hands, over real nodes.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class ExperimentPageTests(LabInBrowser lab)
{
    [Fact]
    public async Task A_plan_becomes_a_report_whose_numbers_are_those_of_rest()
    {
        await using var page = await lab.OpenAsync("/experiments");
        await page.MustBeAccessibleAsync("form");
        await page.ScreenshotAsync("experiments-form");
        await FillPlanAsync(page);
        await page.Expect("plan-points").ToHaveTextAsync("3 points");
        await page.ClickAsync("plan-start");

        await page.Expect("run-view").ToHaveAttributeAsync("data-state", "done");
        var id = (await page.At("run-view").GetAttributeAsync("data-run"))!;
        Assert.Contains($"run={id}", page.Page.Url, StringComparison.Ordinal);
        foreach (var figure in (string[])["quorum-latency", "percentiles", "distribution", "convergence"])
            await Assertions.Expect(page.At($"figure-{figure}").Locator(".main-svg").First).ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("result");
        await page.ScreenshotAsync("experiments-result");
        Assert.StartsWith("<svg", Encoding.UTF8.GetString(await page.DownloadAsync("figure-quorum-latency-svg")), StringComparison.Ordinal);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await page.DownloadAsync("figure-quorum-latency-png"))[..4]);

        await page.ClickAsync("run-report");
        await page.Expect("report-page").ToHaveAttributeAsync("data-loaded", "true");
        await page.At("report-author").FillAsync("Ada");
        await page.At("report-answer-1").FillAsync("Because the leader waits for the W-th smallest delay.");
        var preview = page.Page.FrameLocator("[data-testid=report-preview]");
        await Assertions.Expect(preview.GetByText("Because the leader waits for the W-th smallest delay.")).ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("report page");
        await page.ScreenshotAsync("experiments-report");

        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        await page.Expect("report-answer-1").ToHaveValueAsync("Because the leader waits for the W-th smallest delay.");
        await MustBeTrueAsync(Encoding.UTF8.GetString(await page.DownloadAsync("report-download")), id);
    }

    [Fact]
    public async Task The_pages_are_for_everybody_in_the_dark_too()
    {
        await using var page = await lab.OpenAsync("/experiments", scheme: ColorScheme.Dark);
        await FillPlanAsync(page);
        await page.At("plan-writes").FillAsync("none");
        await page.Expect("plan-writes-error").ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("form with an error, dark");
        await page.At("plan-writes").FillAsync("20");
        await page.ClickAsync("plan-start");
        await page.Expect("run-view").ToHaveAttributeAsync("data-state", "done");
        await page.MustBeAccessibleAsync("result, dark");

        var id = (await page.At("run-view").GetAttributeAsync("data-run"))!;
        await page.ClickAsync("run-report");
        await page.Expect("report-page").ToHaveAttributeAsync("data-loaded", "true");
        await page.MustBeAccessibleAsync("report page, dark");
        await page.ScreenshotAsync("experiments-report-dark");
        await page.Page.SetViewportSizeAsync(390, 844);
        await page.ScreenshotAsync("experiments-report-phone");
        await page.Page.GotoAsync($"{lab.Url}/api/experiments/{id}/report");
        await page.MustBeAccessibleAsync("the report itself");
    }

    private static async Task FillPlanAsync(LabPage page)
    {
        await page.ClickAsync("preset-custom");
        foreach (var (field, value) in new[]
        {
            ("name", "From the browser"), ("writes", "20"), ("keys", "4"), ("concurrency", "4"), ("min", "0"), ("max", "20"), ("warmup", "0"), ("settle", "0"),
        }) await page.At($"plan-{field}").FillAsync(value);
        await page.ClickAsync("plan-quorum-2");
        await page.ClickAsync("plan-quorum-4");
    }

    /// <summary>Every number of the report's latency table, and the checksum of the samples, against the REST API.</summary>
    private async Task MustBeTrueAsync(string report, string id)
    {
        using var http = new HttpClient { BaseAddress = new Uri(lab.Url) };
        using var run = JsonDocument.Parse(await http.GetStringAsync($"/api/experiments/{id}", TestContext.Current.CancellationToken));
        var points = run.RootElement.GetProperty("points").EnumerateArray().ToList();
        Assert.Equal([1, 3, 5], points.Select(p => p.GetProperty("writeQuorum").GetInt32()));
        foreach (var point in points)
        {
            var row = string.Concat(new[] { "meanMs", "sdMs", "p50Ms", "p90Ms", "p95Ms", "p99Ms", "delayMeanMs", "overheadMs", "predictedMeanMs" }
                .Select(name => $"<td>{point.GetProperty(name).GetDouble().ToString("0.00", CultureInfo.InvariantCulture)}</td>"));
            Assert.Contains(row, report, StringComparison.Ordinal);
        }

        var samples = await http.GetByteArrayAsync($"/api/experiments/{id}/samples.csv", TestContext.Current.CancellationToken);
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(samples)), report, StringComparison.Ordinal);
        Assert.Contains("Because the leader waits for the W-th smallest delay.", report, StringComparison.Ordinal);
        Assert.Contains("Ada", report, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", report, StringComparison.Ordinal);
    }
}
