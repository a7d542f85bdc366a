using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using KvLab.Core.Settings;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>What has just happened is recorded, found in the list, and shown again: the same page, at any moment, and never taken for the present.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class ReplayPageTests(LabInBrowser lab)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A recording of a burst with messages on their way for long enough to be seen.</summary>
    private async Task<(string Id, LabPage Page)> RecordAsync(int width = 1366, int height = 768, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await lab.OpenAsync(width: width, height: height, scheme: scheme, settings: new() { WriteQuorum = 3, MinDelayMs = 300, MaxDelayMs = 900 });
        using var http = new HttpClient { BaseAddress = new Uri(lab.Url) };
        using var started = await http.PostAsJsonAsync("/api/recordings", new { @do = "start", name = "a burst" }, Cancellation);
        var id = (await started.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("id").GetString()!;
        await page.BurstAsync(20, 10, 5);
        await LabInBrowser.UntilAsync(() => lab.State.Current.Quiescent && lab.State.Current.Kpis.Success >= 20, "the burst is delivered");
        using var stopped = await http.PostAsJsonAsync("/api/recordings", new { @do = "stop" }, Cancellation);
        stopped.EnsureSuccessStatusCode();
        return (id, page);
    }

    [Fact]
    public async Task A_recording_is_found_in_the_list_played_stepped_and_linked_and_nothing_can_be_done_to_it()
    {
        var (id, page) = await RecordAsync();
        await using var _ = page;
        await page.Page.GotoAsync($"{lab.Url}/replay");
        await page.ReadyAsync();
        await page.Expect($"recording-{id}").ToContainTextAsync("a burst");
        await page.MustBeAccessibleAsync("recordings");
        await page.ScreenshotAsync("recordings-1366x768-light");
        await page.ClickAsync($"recording-open-{id}");

        await page.Expect("replay-label").ToContainTextAsync("RECORDING");
        await page.Expect("root").ToHaveAttributeAsync("data-past", "true");
        foreach (var command in (string[])["write-submit", "burst-start", "reset", "add-follower", "menu-follower-1", "map-pause", "pause-view"])
            await page.Expect(command).ToHaveCountAsync(0);

        // Somewhere in the burst: what the page shows is what REST says of the same moment.
        var middle = await SeekAsync(page, id, 0.1);
        var then = await StateAsync(id, middle);
        await page.Expect("kpi-writes").ToContainTextAsync(then.GetProperty("cluster").GetProperty("kpis").GetProperty("writes").GetInt64().ToString(CultureInfo.InvariantCulture));

        // When a leader has just taken a write, its messages are on their way.
        await page.ClickAsync("replay-write");
        await page.Page.WaitForFunctionAsync("() => document.querySelector('[data-testid=map-stage]').kvlabMap?.dots().drawn > 0");
        await page.MustBeAccessibleAsync("replay");
        await page.ScreenshotAsync("replay-1366x768-light");
        Assert.True(await MsAsync(page) > middle);
        var late = await SeekAsync(page, id, 0.95);
        await page.ClickAsync("replay-write-back");
        await page.Page.WaitForFunctionAsync("ms => +document.querySelector('[data-testid=replay-at]').dataset.ms < ms", late);

        // The address is a link to this moment.
        var here = await MsAsync(page);
        await page.Page.WaitForURLAsync($"**/replay/{id}?*at={here.ToString("0.###", CultureInfo.InvariantCulture)}*");
        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        await page.Expect("replay-at").ToHaveAttributeAsync("data-ms", here.ToString("0.###", CultureInfo.InvariantCulture));

        await page.ClickAsync("replay-play");
        await page.Page.WaitForFunctionAsync("ms => +document.querySelector('[data-testid=replay-at]').dataset.ms > ms + 100", here);
        await page.ClickAsync("page-live");
        await page.Expect("replay-label").ToHaveCountAsync(0);
        await page.Expect("write-submit").ToBeVisibleAsync();

        // The same moment in the simulator, where the same messages are under way and somebody else decides what becomes of them.
        await page.Page.GotoAsync($"{lab.Url}/replay/{id}?at={here.ToString("0.###", CultureInfo.InvariantCulture)}");
        await page.ReadyAsync();
        await page.ClickAsync("replay-stretch");
        await page.ClickAsync("replay-simulate");
        await page.Expect("simulation-label").ToContainTextAsync("continued from a burst at ");
        await Assertions.Expect(page.At("enabled").GetByText("arrives", new() { Exact = true }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_recording_is_seen_along_time_too_with_exactly_its_messages()
    {
        var (id, page) = await RecordAsync(scheme: ColorScheme.Dark);
        await using var _ = page;
        using var http = new HttpClient { BaseAddress = new Uri(lab.Url) };
        var messages = (await http.GetFromJsonAsync<JsonElement>($"/api/messages?recording={id}&limit=131072", Cancellation)).EnumerateArray().ToList();
        // Twenty writes to five followers, and their answers.
        Assert.Equal(200, messages.Count(m => m.GetProperty("kind").GetString() is "request" or "answer"));
        await page.Page.GotoAsync($"{lab.Url}/timeline?recording={id}");
        await page.ReadyAsync();
        await page.Expect("timeline").ToBeVisibleAsync();
        await page.Expect("replay-label").ToContainTextAsync("a burst");
        await page.MustBeAccessibleAsync("timeline of a recording, dark");
        await page.ScreenshotAsync("timeline-recording-1366x768-dark");
    }

    [Fact]
    public async Task The_diagram_below_the_map_goes_along_with_its_moment_shares_its_selection_and_takes_all_panels_to_a_moment_that_is_pressed()
    {
        const string Look = "() => document.querySelector('[data-testid=timeline-stage]').kvlabTimeline.look()";
        var (id, page) = await RecordAsync();
        await using var _ = page;
        await page.Page.GotoAsync($"{lab.Url}/replay/{id}");
        await page.ReadyAsync();
        await SeekAsync(page, id, 0.1);
        await page.ClickAsync("replay-write");
        await page.ClickAsync("data-diagram");
        await page.Page.WaitForFunctionAsync("() => { const d = document.querySelector('[data-testid=timeline-stage]')?.kvlabTimeline?.look(); return d && d.drawn > 0 && d.cursor > d.from && d.cursor < d.to; }");
        var first = await page.Page.EvaluateAsync<JsonElement>(Look);

        // The cursor is the moment of the map, on the same clock, and steps with it.
        var map = await page.Page.EvaluateAsync<double>("() => document.querySelector('[data-testid=map-stage]').kvlabMap.dots().t");
        Assert.Equal(map, first.GetProperty("cursor").GetDouble(), 0.5);
        var length = await page.Page.EvaluateAsync<double>("() => +document.querySelector('[data-testid=replay-scrub]').max");
        await page.At("replay-scrub").FocusAsync();
        await page.Page.Keyboard.PressAsync("End");
        await page.Page.WaitForFunctionAsync("end => { const d = document.querySelector('[data-testid=timeline-stage]').kvlabTimeline.look(); return d.cursor >= end && d.cursor < d.to; }", first.GetProperty("cursor").GetDouble() + length * 0.2);
        await page.ClickAsync("replay-write-back");

        // How much of it is seen is in the address, beside the moment.
        await page.ClickAsync("timeline-zoom-in");
        await page.Page.WaitForURLAsync("**/replay/*zoom=6250*");
        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        await page.Page.WaitForFunctionAsync("() => { const d = document.querySelector('[data-testid=timeline-stage]')?.kvlabTimeline?.look(); return d && d.drawn > 0 && d.span === 6250 && d.cursor > d.from; }");

        await page.MustBeAccessibleAsync("replay with the diagram");

        // A line that is pressed is the selected write of every panel, and of the link.
        await page.At("timeline-stage").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Page.WaitForURLAsync("**/replay/*select=*");
        // The oldest of twenty writes: its row is brought into view.
        await page.Page.WaitForFunctionAsync("() => { const l = document.querySelector('[data-testid=writes-list]'), row = document.getElementById(l.getAttribute('aria-activedescendant')); return row && row.getBoundingClientRect().bottom <= l.getBoundingClientRect().bottom + 1; }");
        await page.ScreenshotAsync("replay-diagram-1366x768-light");

        // Map and diagram go into the report, each with what is in it and a link that shows the same again.
        foreach (var picture in (string[])["map-report", "timeline-report", "writes-report"])
        {
            await page.ClickAsync(picture);
            await page.Expect(picture).ToContainTextAsync("Added");
        }

        using var http = new HttpClient { BaseAddress = new Uri(lab.Url) };
        var pictures = (await http.GetFromJsonAsync<JsonElement>("/api/pictures", Cancellation)).EnumerateArray().Take(3).ToDictionary(p => p.GetProperty("kind").GetString()!);
        Assert.Equal(["diagram", "map", "writes"], pictures.Keys.Order());
        Assert.All(pictures.Values, p => Assert.Contains($"/replay/{id}?", p.GetProperty("link").GetString(), StringComparison.Ordinal));
        Assert.Contains(pictures["diagram"].GetProperty("table").GetProperty("rows").EnumerateArray(), r => r[1].GetString()!.StartsWith("request v", StringComparison.Ordinal));
        foreach (var kind in (string[])["map", "writes"])
        {
            var png = await http.GetByteArrayAsync(new Uri($"/api/pictures/{pictures[kind].GetProperty("id").GetString()}.png", UriKind.Relative), Cancellation);
            Assert.True(png.Length > 2_000);
            await File.WriteAllBytesAsync(Path.Combine(LabInBrowser.Screenshots, $"picture-{kind}.png"), png, Cancellation);
        }

        // What is pressed beside all lines is a moment.
        var before = await MsAsync(page);
        var box = (await page.At("timeline-canvas").BoundingBoxAsync())!;
        await page.Page.Mouse.ClickAsync(box.X + box.Width - 20, box.Y + 12);
        await page.Page.WaitForFunctionAsync("ms => +document.querySelector('[data-testid=replay-at]').dataset.ms > ms", before);
    }

    private static async Task<double> SeekAsync(LabPage page, string id, double share)
    {
        await page.Expect("replay-scrub").ToBeVisibleAsync();
        var length = await page.Page.EvaluateAsync<double>("() => +document.querySelector('[data-testid=replay-scrub]').max");
        var at = Math.Floor(length * share).ToString(CultureInfo.InvariantCulture);
        await page.Page.GotoAsync($"{new Uri(page.Page.Url).GetLeftPart(UriPartial.Authority)}/replay/{id}?at={at}");
        await page.ReadyAsync();
        return await MsAsync(page);
    }

    private static async Task<double> MsAsync(LabPage page) => double.Parse((await page.At("replay-at").GetAttributeAsync("data-ms"))!, CultureInfo.InvariantCulture);

    private async Task<JsonElement> StateAsync(string id, double ms)
    {
        using var http = new HttpClient { BaseAddress = new Uri(lab.Url) };
        return await http.GetFromJsonAsync<JsonElement>($"/api/recordings/{id}/state?at={ms.ToString(CultureInfo.InvariantCulture)}", Cancellation);
    }
}
