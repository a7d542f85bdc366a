using Microsoft.Playwright;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>
/// Pictures of the map for README and lab guide, each of a real run of a story at the moment that it is about.
/// <c>dotnet run --project KvLab.Tests -- --explicit only --filter-method '*Shots_of_the_map*'</c> leaves them in artifacts/screenshots.
/// </summary>
[Trait("Category", "Demo")]
[Collection(BrowserTests.Name)]
public sealed class MapShots(LabInBrowser lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Explicit = true)]
    [InlineData("map-out-of-order", 2300, """
        > settings deadline = 8000 ms
        > begin write k = one delays follower-1 = 3400, follower-2 = 1, follower-3 = 2900, follower-4 = 1, follower-5 = 3900
        > begin write k = two delays follower-1 = 2050, follower-2 = 3300, follower-3 = 2150, follower-4 = 2900, follower-5 = 3300
        > begin write k = three delays follower-1 = 600, follower-2 = 2700, follower-3 = 700, follower-4 = 2050, follower-5 = 2700
        > wait 6000 ms
        """)]
    [InlineData("crossing", 700, """
        > settings deadline = 8000 ms
        > begin write k = one delays follower-1 = 2600, follower-2 = 900, follower-3 = 2200, follower-4 = 1200, follower-5 = 3000
        > wait 700 ms
        > begin write k = two delays follower-1 = 700, follower-2 = 1500, follower-3 = 600, follower-4 = 1800, follower-5 = 900
        > wait 3000 ms
        """)]
    [InlineData("map-lost-ack", 1500, """
        > link follower-2 answer.lossPercent = 100
        > link follower-4 request.lossPercent = 100
        > settings W = 4, deadline = 8000 ms
        > begin write k = kept delays follower-1 = 700, follower-2 = 1100, follower-3 = 900, follower-4 = 2000, follower-5 = 2500
        > wait 4000 ms
        """)]
    [InlineData("map-partition", 2150, """
        > partition follower-4 follower-5
        > settings W = 3, deadline = 8000 ms
        > begin write k = promised delays follower-1 = 900, follower-2 = 1500, follower-3 = 1950
        > wait 500 ms
        > begin write k = next delays follower-1 = 3000, follower-2 = 2700, follower-3 = 2900
        > wait 4000 ms
        """)]
    [InlineData("map-failover-w1", 0, """
        > write k = old
        > wait until quiet
        > begin write k = new as fast delays follower-1 = 9000, follower-2 = 9000, follower-3 = 1, follower-4 = 9000, follower-5 = 9000
        > wait 300 ms
        > kill leader
        > kill follower-3
        > fail over to follower-1
        > settings deadline = 8000 ms
        > wait 1000 ms
        > begin write k = after delays follower-2 = 1100, follower-4 = 1300, follower-5 = 900
        > wait 4000 ms
        """)]
    [InlineData("map-stale-read", 700, """
        > write k = old
        > wait until quiet
        > settings deadline = 8000 ms, delay = 900..900 ms
        > write k = new delays follower-1 = 1, follower-2 = 6000, follower-3 = 6000, follower-4 = 6000, follower-5 = 6000
        > read k from 5 followers
        """)]
    public async Task Shots_of_the_map(string name, int atMs, string story)
    {
        await using var page = await lab.OpenAsync("?projector=1&stage=map", 1100, 620, motion: ReducedMotion.NoPreference);
        using var http = new HttpClient();
        var began = DateTimeOffset.UtcNow;
        using var started = await http.PostAsJsonAsync($"{lab.Url}/api/scenarios", new { text = $"# {name}\n{story}\n" }, Cancellation);
        var id = (await started.Content.ReadFromJsonAsync<JsonNode>(Cancellation))!["id"];
        Assert.True(started.IsSuccessStatusCode);
        // The clock of the picture begins with the last command but the wait at the end.
        while (await StepAsync() != "running") await Task.Delay(20, Cancellation);
        await Task.Delay(Math.Max(250, atMs), Cancellation);
        if (atMs == 0) await Task.Delay(900, Cancellation);
        await page.At("map").ScreenshotAsync(new() { Path = Path.Combine(LabInBrowser.Screenshots, $"{name}.png") });
        while ((string)(await RunAsync())["state"]! == "running") await Task.Delay(100, Cancellation);
        if (name == "map-failover-w1") await ShowAlongTimeAsync(page, "timeline-lost-promise", began, 13_000);
        if (name == "crossing") await ShowAlongTimeAsync(page, "timeline-inversion", began, 4500);
        page.Forgive();

        async Task<JsonNode> RunAsync() => (await http.GetFromJsonAsync<JsonNode>($"{lab.Url}/api/scenarios/runs/{id}", Cancellation))!;
        async Task<string> StepAsync() => (string)(await RunAsync())["steps"]!.AsArray()[^1]!["state"]!;
    }

    /// <summary>The same run in the diagram, from its first write on.</summary>
    private async Task ShowAlongTimeAsync(LabPage page, string name, DateTimeOffset began, double span)
    {
        var first = lab.State.Current.Writes.Where(w => w.Key == "k" && w.At >= began).Min(w => w.At);
        const string Diagram = "document.querySelector('[data-testid=timeline-stage]')?.kvlabTimeline";
        await page.Page.SetViewportSizeAsync(1366, 768);
        await page.Page.GotoAsync($"{lab.Url}/timeline");
        await page.ReadyAsync();
        await page.Page.WaitForFunctionAsync($"() => {Diagram}?.look().messages > 0");
        await page.Page.EvaluateAsync($"([at, span]) => {Diagram}.goTo(at + span * 0.4, span)", new[] { (first - DateTimeOffset.UnixEpoch).TotalMilliseconds, span });
        await page.Page.WaitForFunctionAsync($"() => {{ const l = {Diagram}.look(); return !l.stillAsking && l.askedFrom <= l.from && l.askedTo >= l.to; }}");
        await Task.Delay(1000, Cancellation);
        await page.ScreenshotAsync(name);
    }
}
