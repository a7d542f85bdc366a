using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>What a small laptop, a large screen and a projector show, and that all of it can be used by everybody.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class LayoutTests(LabInBrowser lab)
{
    private static readonly string[] Panels = ["settings", "write", "burst", "lab", "replicas", "map", "writes", "charts", "kpis", "app-bar"];

    [Theory]
    [InlineData(1366, 768)]
    [InlineData(1920, 1080)]
    public async Task Everything_is_in_view_without_scrolling_the_page(int width, int height)
    {
        await using var page = await lab.OpenAsync(width: width, height: height);
        await page.BurstAsync(40, 8, 8);
        Assert.True(await page.Page.EvaluateAsync<bool>("document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"));
        foreach (var panel in Panels)
        {
            var box = await page.At(panel).BoundingBoxAsync();
            Assert.NotNull(box);
            Assert.True(box.X >= 0 && box.Y >= 0 && box.X + box.Width <= width && box.Y + box.Height <= height, $"{panel} reaches beyond {width}×{height}: {box.X}, {box.Y}, {box.Width}, {box.Height}");
        }
        Assert.True(await page.Page.EvaluateAsync<bool>("(() => { const c = document.querySelector('.kv-controls'); return c.scrollHeight <= c.clientHeight; })()"), "the controls need scrolling");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Axe_finds_nothing_idle_busy_selected_paused_and_in_dialogs(ColorScheme scheme)
    {
        await using var page = await lab.OpenAsync(scheme: scheme);
        Assert.Equal(scheme == ColorScheme.Dark ? "dark" : "light", await page.At("root").GetAttributeAsync("data-theme"));
        await page.MustBeAccessibleAsync("idle");

        await page.BurstAsync(80, 20, 5);
        // Rows that still change may be drawn anew under the pointer.
        await page.DeliveredAsync(80);
        await page.Page.Locator(".kv-write-row").First.ClickAsync();
        await page.Expect("write-detail").ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("busy, a write selected");

        await page.At("data-events").CheckAsync();
        await page.ClickAsync("events-pause");
        await page.ClickAsync("pause-view");
        await page.MustBeAccessibleAsync("paused");
        await page.ClickAsync("resume");

        await page.ClickAsync("chart-table");
        await page.MustBeAccessibleAsync("chart as a table");

        await page.ShortcutAsync("?");
        await page.Expect("help-close").ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("help");
        await page.ClickAsync("help-close");

        await page.ClickAsync("convergence");
        await page.Expect("convergence-close").ToBeVisibleAsync();
        await page.MustBeAccessibleAsync("comparison");
    }

    [Fact]
    public async Task Who_has_the_cluster_can_be_read_in_every_size_and_colour()
    {
        foreach (var (width, scheme) in new[] { (1366, ColorScheme.Light), (1366, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await using var page = await lab.OpenAsync(width: width, scheme: scheme);
            using var held = lab.Hold("experiment", "Experiment 20261126-140000-a1b2");
            await page.Expect("take-over").ToBeVisibleAsync();
            var box = (await page.At("lease-banner").BoundingBoxAsync())!;
            var button = (await page.At("take-over").BoundingBoxAsync())!;
            Assert.True(box.X >= 0 && box.X + box.Width <= width && button.X >= 0 && button.X + button.Width <= width, $"the banner reaches beyond {width} px");
            await page.ScreenshotAsync($"lease-{width}x768-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
            await page.MustBeAccessibleAsync($"held, {width} px, {scheme}");
        }
    }

    [Fact]
    public async Task The_projector_shows_the_map_with_all_that_a_tour_needs_and_steps_by_presenter_keys()
    {
        await using var page = await lab.OpenAsync();
        await page.BurstAsync(60, 10, 6);
        await page.ShortcutAsync("p");
        await page.Expect("app-bar").Not.ToBeVisibleAsync();
        foreach (var (stage, key) in new[] { ("map", "PageDown"), ("replicas", "PageDown"), ("writes", "PageDown"), ("charts", "ArrowRight"), ("events", "PageUp") })
        {
            await page.Expect(stage).ToBeVisibleAsync();
            // The map has the settings, the forms and the latest write beside it; any other view has the screen for itself.
            foreach (var beside in new[] { "quorum-value", "write-submit", "burst-start" })
                await page.Expect(beside).ToBeVisibleAsync(new() { Visible = stage == "map" });
            Assert.True(await page.Page.EvaluateAsync<int>($"parseFloat(getComputedStyle(document.querySelector('[data-testid={stage}] h2')).fontSize)") >= 20);
            await page.MustBeAccessibleAsync($"projector, {stage}");
            await page.ScreenshotAsync($"projector-{stage}-1366x768-light");
            await page.Page.Keyboard.PressAsync(key);
        }
        await page.Expect("charts").ToBeVisibleAsync();
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Expect("app-bar").ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_page_at_rest_is_the_same_picture_again()
    {
        await using var page = await lab.OpenAsync();
        await page.BurstAsync(30, 5, 5);
        await page.DeliveredAsync(30);
        await page.Expect("kpi-events-per-second").ToHaveTextAsync("0");
        // The rings of the latest writes stay on the map for a few seconds.
        await page.Page.WaitForFunctionAsync("() => { const m = document.querySelector('[data-testid=map-stage]').kvlabMap.dots(); return m.rings === 0 && m.drawn === 0; }");
        var first = await Stable(page);
        await Task.Delay(2500, TestContext.Current.CancellationToken);
        Assert.Equal(first, await page.Page.ScreenshotAsync());
    }

    /// <summary>Claims nothing; <c>dotnet run --project KvLab.Tests -- --explicit only --filter-method '*Shots_for*'</c>.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "Demo")]
    public async Task Shots_for_the_documentation()
    {
        await using (var idle = await lab.OpenAsync(settings: new() { MinDelayMs = 0.1, MaxDelayMs = 1000 })) await idle.ScreenshotAsync("live-idle-1366x768-light");
        foreach (var (width, height) in new[] { (1366, 768), (1920, 1080) })
        {
            foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            {
                await using var page = await lab.OpenAsync(width: width, height: height, scheme: scheme, settings: new() { MinDelayMs = 0.1, MaxDelayMs = 1000 });
                await page.FillAsync("burst-writes", "160");
                await page.FillAsync("burst-concurrency", "20");
                await page.FillAsync("burst-keys", "9");
                await page.ClickAsync("burst-start");
                // Not the one before, which was cancelled at such a number.
                await page.Expect("burst-status").ToHaveAttributeAsync("data-state", "running");
                await Assertions.Expect(page.At("burst-status")).ToContainTextAsync(new System.Text.RegularExpressions.Regex("^\\s*1[0-3][0-9]/160"));
                await page.ScreenshotAsync($"live-burst-{width}x{height}-{(scheme == ColorScheme.Dark ? "dark" : "light")}");
                lab.Commands.CancelBurst(lab.Commands.Bursts[0].Id);
            }
        }
    }

    /// <summary>The picture once two in a row are equal: the last point of a chart may be drawn a moment after the last event.</summary>
    private static async Task<byte[]> Stable(LabPage page)
    {
        var before = await page.Page.ScreenshotAsync();
        for (var i = 0; i < 40; i++)
        {
            await Task.Delay(300, TestContext.Current.CancellationToken);
            var now = await page.Page.ScreenshotAsync();
            if (now.AsSpan().SequenceEqual(before)) return now;
            before = now;
        }
        return before;
    }
}
