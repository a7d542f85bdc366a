using KvLab.Core.Events;
using KvLab.Tests.Infrastructure;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Keyboard, links, reconnects, and what the page costs.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class UseTests(LabInBrowser lab)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_choice_of_a_storage_is_for_everybody(ColorScheme scheme)
    {
        await using var page = await lab.OpenAsync(scheme: scheme);
        await page.ClickAsync("storage-open");
        await page.ChooseAsync("storage-all-kind", "sqlite");
        await page.ChooseAsync("storage-follower-2-kind", "redis");
        await page.At("storage-follower-2-place").FillAsync("password=secret");
        await page.ClickAsync("storage-apply");
        await page.Expect("storage-follower-2-error").ToBeVisibleAsync();
        await page.MustBeAccessibleAsync($"storage dialog, {scheme}");
        await page.ScreenshotAsync($"storage-dialog-{scheme.ToString().ToLowerInvariant()}");
    }

    [Fact]
    public async Task The_keyboard_alone_writes_bursts_pauses_searches_and_selects()
    {
        await using var page = await lab.OpenAsync();
        await page.ShortcutAsync("w");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await page.FillAsync("burst-writes", "20");
        await page.ShortcutAsync("b");
        await page.Expect("burst-status").ToHaveAttributeAsync("data-state", "done");

        await page.ShortcutAsync(" ");
        await page.Expect("paused-banner").ToBeVisibleAsync();
        await page.ShortcutAsync(" ");
        await page.Expect("paused-banner").Not.ToBeVisibleAsync();

        await page.ShortcutAsync("/");
        await Assertions.Expect(page.At("events-text")).ToBeFocusedAsync();
        await page.Page.Keyboard.TypeAsync("applied");
        await page.Expect("events-count").ToContainTextAsync("of");

        await page.At("writes-list").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Expect("write-detail").ToBeVisibleAsync();
        await page.ShortcutAsync("Escape");
        await page.Expect("write-detail").Not.ToBeVisibleAsync();

        await page.At("data-replicas").CheckAsync();
        await page.Page.Locator("[role=rowheader]").First.FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("Enter");
        await page.Expect("cell-why").ToContainTextAsync("follower-1 holds");
    }

    [Fact]
    public async Task The_tab_key_reaches_every_control_and_the_focus_is_seen()
    {
        await using var page = await lab.OpenAsync();
        await page.OpenAdvancedAsync();
        var reached = new HashSet<string>();
        foreach (var tab in new[] { "data-replicas", "data-events" })
        {
            await page.At(tab).CheckAsync();
            for (var i = 0; i < 100; i++)
            {
                await page.Page.Keyboard.PressAsync("Tab");
                var at = await page.Page.EvaluateAsync<string?>("document.activeElement?.closest('[data-testid]')?.dataset.testid ?? null");
                if (at is not null) reached.Add(at);
            }
        }

        Assert.Superset(
            new HashSet<string>
            {
                "quorum", "min-delay", "max-delay", "delay-range-min", "delay-range-max", "distribution", "seed", "timeout", "delivery", "on-shortfall", "versioning-versioned",
                "write-key", "write-value", "write-submit", "burst-writes", "burst-concurrency", "burst-keys", "burst-start", "out-of-order", "convergence", "reset",
                "pause-view", "projector", "help", "key-filter", "add-follower", "menu-follower-1", "chart-table", "chart-csv", "events-pause", "events-clear", "events-csv", "events-text", "events-list",
            },
            reached);
    }

    [Fact]
    public async Task A_link_brings_another_person_to_the_same_view()
    {
        await using var page = await lab.OpenAsync();
        await page.BurstAsync(40, 10, 3);
        await page.At("key-filter").FillAsync("k2");
        await page.At("data-events").CheckAsync();
        await page.ChooseAsync("events-kind", "write_answered");
        await page.Page.Locator(".kv-write-row").First.ClickAsync();
        await page.Expect("write-detail").ToBeVisibleAsync();
        await page.ClickAsync("theme");
        await page.ClickAsync("theme-dark");
        await Assertions.Expect(page.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("theme=dark.*sel="));

        await using var other = await LabPage.OpenAsync(lab.Browser, page.Page.Url);
        await other.Expect("root").ToHaveAttributeAsync("data-theme", "dark");
        await other.Expect("events-kind").ToHaveAttributeAsync("data-value", "write_answered");
        await other.Expect("key-filter").ToHaveValueAsync("k2");
        Assert.Equal(await page.TextAsync("write-why"), await other.TextAsync("write-why"));
    }

    [Fact]
    public async Task The_page_comes_back_by_itself_after_a_restart_of_the_dashboard_and_keeps_what_was_typed()
    {
        LabInBrowser.RequireBrowser();
        var cluster = new FakeCluster(new ClusterStory { Writes = 20 }.Tell());
        var first = DemoPage.Serve(cluster, "http://127.0.0.1:0");
        await first.StartAsync(TestContext.Current.CancellationToken);
        var url = first.Url;
        await using var page = await LabPage.OpenAsync(lab.Profile, url + "/?kind=entry_refused", 1366, 768, ColorScheme.Light);
        await page.At("write-value").FillAsync("half a sentence");
        await page.FillAsync("burst-writes", "77");
        // What was typed is safe once the page has put it away: one round trip, which a busy machine may take its time for.
        await page.Page.WaitForFunctionAsync("() => { const d = sessionStorage.getItem('kvlab.drafts') ?? ''; return d.includes('half a sentence') && d.includes('77'); }");

        await first.StopAsync(TestContext.Current.CancellationToken);
        await first.DisposeAsync();
        await page.Expect("reconnect").ToBeVisibleAsync();
        await page.ScreenshotAsync("reconnect-1366x768-light");

        await using var second = DemoPage.Serve(cluster, url);
        await second.StartAsync(TestContext.Current.CancellationToken);
        await page.Expect("reconnect").Not.ToBeVisibleAsync();
        await page.ReadyAsync();
        await page.Expect("write-value").ToHaveValueAsync("half a sentence");
        await page.Expect("burst-writes").ToHaveValueAsync("77");
        await page.Expect("events-kind").ToHaveAttributeAsync("data-value", "entry_refused");
        page.Forgive();
    }

    [Fact]
    public async Task At_most_ten_renders_a_second_under_a_burst_and_none_at_rest()
    {
        await using var page = await lab.OpenAsync(settings: new() { MinDelayMs = 0, MaxDelayMs = 0 });
        var renders = new List<long>();
        page.Page.WebSocket += (_, socket) => socket.FrameReceived += (_, frame) =>
        {
            if (System.Text.Encoding.Latin1.GetString(frame.Binary ?? []).Contains("JS.RenderBatch", StringComparison.Ordinal))
                lock (renders) renders.Add(Environment.TickCount64);
        };
        await page.Page.ReloadAsync();
        await page.ReadyAsync();

        lab.Commands.StartBurst(new(4000, 50, 50));
        await LabInBrowser.UntilAsync(() => lab.Commands.Bursts[0].State == Web.Commands.BurstState.Done && lab.State.Current.Quiescent, "the end of the burst");
        lock (renders)
        {
            // Ten snapshots a second, and the burst form looks five times a second for itself. Over the whole time, because on a busy machine
            // batches that were sent apart arrive together.
            var seconds = (renders[^1] - renders[0]) / 1000.0;
            Assert.True(renders.Count <= 18 * (seconds + 1), $"{renders.Count} render batches within {seconds:0.0} s");
        }

        await page.Expect("kpi-events-per-second").ToHaveTextAsync("0");
        // A page that renders at rest never has two seconds without; the last pictures of the burst may come late on a busy machine.
        await LabInBrowser.UntilAsync(() =>
        {
            lock (renders) return Environment.TickCount64 - renders[^1] > 2000;
        }, "a page at rest");
        Assert.DoesNotContain(lab.State.Current.Telemetry, t => t.Gaps > 0 || t.Dropped > 0);
    }

    [Fact]
    public async Task A_page_that_is_closed_leaves_no_subscriber_behind()
    {
        int with;
        // A page that is ready has subscribed; what others leave behind would be theirs.
        await using (await lab.OpenAsync()) with = lab.State.Subscribers;
        await LabInBrowser.UntilAsync(() => lab.State.Subscribers == with - 1, "its subscriber leaving");
        Assert.DoesNotContain(lab.State.Current.Events.NewestFirst().Take(50), e => e.Kind == EventKind.ProcessCrashed);
    }
}
