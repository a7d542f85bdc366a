using System.Text;
using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>The whole path, as a student walks it: real nodes, real browser.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class LivePageTests(LabInBrowser lab)
{
    [Fact]
    public async Task The_lab_starts_with_six_nodes_and_a_write_reaches_them_all()
    {
        await using var page = await lab.OpenAsync();
        await page.Expect("summary-nodes").ToHaveTextAsync("6/6 nodes");
        await page.Expect("summary-quorum").ToHaveTextAsync("W = 3 of 5 followers only");

        await page.At("write-key").FillAsync("greeting");
        await page.At("write-value").FillAsync("hello");
        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        for (var i = 1; i <= 5; i++) await page.Expect($"cell-greeting-follower-{i}").ToHaveAttributeAsync("data-cell", "fresh");
        await page.DeliveredAsync(1);
    }

    [Fact]
    public async Task Turning_the_quorum_by_keyboard_changes_the_running_cluster()
    {
        await using var page = await lab.OpenAsync(settings: new() { MinDelayMs = 0, MaxDelayMs = 60 });
        await page.At("quorum").FocusAsync();
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Page.Keyboard.PressAsync("ArrowRight");
        await page.Expect("summary-quorum").ToContainTextAsync("W = 5 of 5");
        await page.Expect("expected-ms").ToHaveTextAsync("50 ms");
        await page.Expect("settings-pending").ToHaveAttributeAsync("data-pending", "false");
        Assert.Equal(5, lab.State.Current.Settings!.WriteQuorum);
    }

    [Fact]
    public async Task An_impossible_delay_stays_at_its_field_with_its_reason_and_changes_nothing()
    {
        await using var page = await lab.OpenAsync();
        await page.FillAsync("max-delay", "70000");
        await page.Expect("max-delay-wrong").ToContainTextAsync("70000");
        await page.Expect("max-delay").ToHaveValueAsync("70000");
        Assert.Equal(60, lab.State.Current.Settings!.MaxDelayMs);
        await page.FillAsync("max-delay", "55");
        await LabInBrowser.UntilAsync(() => lab.State.Current.Settings!.MaxDelayMs == 55, "the delay");
        Assert.False(await page.At("max-delay-wrong").IsVisibleAsync());
    }

    [Fact]
    public async Task A_burst_brings_refusals_that_can_be_seen_selected_and_explained()
    {
        await using var page = await lab.OpenAsync();
        await page.BurstAsync(200, 20, 4);
        await page.Expect("burst-status").ToContainTextAsync("200/200");
        Assert.NotEqual("0", await page.TextAsync("kpi-refused"));

        // Late deliveries still move the list; a person who wants to hit a row pauses it too.
        await page.At("data-events").CheckAsync();
        await page.ClickAsync("events-pause");
        await page.ChooseAsync("events-kind", "entry_refused");
        await Assertions.Expect(page.At("event-row").First).ToContainTextAsync("entry_refused");
        await page.At("event-row").First.ClickAsync();
        await page.Expect("event-why").ToContainTextAsync("refused as stale: follower-");
        await page.Expect("write-detail").ToContainTextAsync("refused as stale: follower-");
        await Assertions.Expect(page.Page.Locator("[data-testid=writes-list] [aria-selected=true]")).ToBeInViewportAsync();
        await page.ScreenshotAsync("live-refusal-explained-1366x768-light");
    }

    [Fact]
    public async Task A_late_delivery_can_be_seen_selected_and_explained()
    {
        await using var page = await lab.OpenAsync(settings: new() { WriteQuorum = 1 });
        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await page.Page.Locator(".kv-write-row").First.ClickAsync();
        await page.Expect("write-detail").ToContainTextAsync("late, after the client was answered");
        Assert.True(await page.Page.Locator(".kv-write-row").First.Locator(".kv-lane-late").CountAsync() > 0);
    }

    [Fact]
    public async Task With_a_follower_killed_from_its_menu_W5_ends_as_partial_success_and_starting_it_repairs_all()
    {
        await using var page = await lab.OpenAsync(settings: new() { WriteQuorum = 5, ReplicationTimeoutMs = 1500 });
        await page.At("menu-follower-2").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("kill-follower-2");
        await page.Expect("node-follower-2").ToHaveAttributeAsync("data-state", "stopped");
        await page.Expect("summary-nodes").ToHaveTextAsync("5/6 nodes");

        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "partialsuccess");
        await page.Page.Locator(".kv-write-row").First.ClickAsync();
        await page.Expect("write-why").ToContainTextAsync("partial success");
        await page.ScreenshotAsync("live-follower-down-1366x768-light");

        await page.At("menu-follower-2").GetByRole(AriaRole.Button).ClickAsync();
        await page.ClickAsync("start-follower-2");
        await page.Expect("node-follower-2").ToHaveAttributeAsync("data-state", "running");
        await page.Expect("cell-k1-follower-2").ToHaveAttributeAsync("data-cell", "fresh");
        await page.ClickAsync("convergence");
        await page.Expect("convergence-dialog").ToContainTextAsync("Converged");
        await page.Expect("convergence-follower-2").ToContainTextAsync("equal");
    }

    [Fact]
    public async Task What_is_filtered_is_what_is_exported()
    {
        await using var page = await lab.OpenAsync();
        await page.BurstAsync(30, 3, 3);
        await page.At("data-events").CheckAsync();
        await page.ChooseAsync("events-node", "follower-2");
        await page.ChooseAsync("events-kind", "entry_applied");
        await page.Expect("events-csv").ToHaveAttributeAsync("href", new System.Text.RegularExpressions.Regex("kind=entry_applied"));
        await page.DeliveredAsync(30);
        await page.Expect("kpi-events-per-second").ToHaveTextAsync("0");
        var expected = lab.State.Current.Events.NewestFirst().Count(e => new EventFilter("follower-2", EventKind.EntryApplied).Matches(e, Labels.Plain));

        var csv = Encoding.UTF8.GetString(await page.DownloadAsync("events-csv")).Trim().Split("\r\n");
        Assert.Equal(expected, csv.Length - 1);
        Assert.All(csv.Skip(1), line => Assert.Contains(",follower-2,", line));
        Assert.All(csv.Skip(1), line => Assert.Contains(",entry_applied,", line));

        var ndjson = Encoding.UTF8.GetString(await page.DownloadAsync("events-ndjson")).Trim().Split('\n');
        Assert.Equal(expected, ndjson.Length);
    }

    [Fact]
    public async Task Charts_are_saved_as_picture_and_as_numbers()
    {
        await using var page = await lab.OpenAsync();
        await page.BurstAsync(20, 2, 3);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], (await page.DownloadAsync("chart-png"))[..4]);
        Assert.StartsWith("<svg", Encoding.UTF8.GetString(await page.DownloadAsync("chart-svg")));
        Assert.StartsWith("\uFEFFepoch,version,latency_ms,delay_mean_ms,W,status", Encoding.UTF8.GetString(await page.DownloadAsync("chart-csv")));
    }

    [Fact]
    public async Task The_out_of_order_demo_shows_one_value_kept_and_two_refusals()
    {
        await using var page = await lab.OpenAsync();
        await page.ClickAsync("out-of-order");
        await page.Expect("lab-status").ToContainTextAsync("in this order");
        await page.Expect("cell-why").ToContainTextAsync("as stale before");
        var follower = lab.State.Current.Nodes.Single(n => (page.Page.Url.Contains($"sel-node={n.Id}", StringComparison.Ordinal)));
        var key = lab.State.Current.Keys.Keys.Single(k => k.StartsWith("demo-", StringComparison.Ordinal));
        // The second refusal comes a second after the first.
        await lab.QuietAsync();
        Assert.Equal(2, lab.State.Current.Events.NewestFirst().Count(e => e.Node == follower.Id && e.Key == key && e.Kind == EventKind.EntryRefused));
    }

    [Fact]
    public async Task Naive_mode_is_marked_in_red_everywhere()
    {
        await using var page = await lab.OpenAsync();
        await page.At("versioning-naive").CheckAsync();
        await page.Expect("summary-naive").ToBeVisibleAsync();
        foreach (var panel in new[] { "settings", "replicas", "writes" }) await page.Expect(panel).ToHaveAttributeAsync("data-naive", "true");
        await page.BurstAsync(60, 20, 3);
        await page.MustBeAccessibleAsync("naive");
        await page.ScreenshotAsync("live-naive-1366x768-light");
        Assert.Equal(VersioningMode.Naive, lab.State.Current.Settings!.Versioning);
    }
}
