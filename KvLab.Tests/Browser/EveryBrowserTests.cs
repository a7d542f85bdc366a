using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Components.View;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>What happens to a page in the hands of people: long texts, lost connections, other keyboards, other clocks, double clicks, wrong addresses.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class EveryBrowserTests(LabInBrowser lab)
{
    [Fact]
    public async Task A_text_of_400_000_characters_is_cut_with_a_word_and_what_the_field_shows_is_what_is_written()
    {
        await using var page = await lab.OpenAsync();
        await page.At("write-value").FillAsync(new string('x', 400_000));
        await page.Expect("cut-note").ToContainTextAsync("at most 65,534 characters");
        await page.ScreenshotAsync("cut-note-1366x768-light");
        Assert.Equal(TextLimits.Value, (await page.At("write-value").InputValueAsync()).Length);
        await page.At("write-key").FillAsync("long");
        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await page.Expect("reconnect").Not.ToBeVisibleAsync();
        Assert.Equal(TextLimits.Value, (await ValueAsync("long")).Length);
    }

    [Fact]
    public async Task A_text_of_400_000_characters_leaves_every_other_field_alive_too()
    {
        await using var page = await lab.OpenAsync();
        await page.OpenAdvancedAsync();
        foreach (var field in (string[])["key-filter", "events-key", "events-text", "seed", "timeout", "min-delay", "burst-writes"])
        {
            if (field == "events-key") await page.At("data-events").CheckAsync();
            await page.At(field).FillAsync(new string('7', 400_000));
            await page.At(field).BlurAsync();
            Assert.InRange((await page.At(field).InputValueAsync()).Length, 0, TextLimits.Key);
        }

        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await page.Expect("reconnect").Not.ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_was_typed_into_a_connection_that_was_gone_is_sent_when_it_is_back()
    {
        await using var page = await lab.OpenAsync();
        var deaf = false;
        IWebSocketRoute? open = null;
        await page.Page.RouteWebSocketAsync(new Regex("/_blazor"), socket =>
        {
            open = socket;
            var server = socket.ConnectToServer();
            socket.OnMessage(frame =>
            {
                if (deaf) return;
                if (frame.Binary is { } bytes) server.Send(bytes);
                else server.Send(frame.Text!);
            });
        });
        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        deaf = true;
        await page.At("write-key").FillAsync("void");
        await page.At("write-value").FillAsync("into the void");
        deaf = false;
        await open!.CloseAsync();
        await page.Expect("reconnect").Not.ToBeVisibleAsync();
        await page.Expect("write-value").ToHaveValueAsync("into the void");
        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        Assert.Equal("into the void", await ValueAsync("void"));
        page.Forgive();
    }

    [Fact]
    public async Task A_page_that_is_left_before_its_charts_can_be_drawn_is_left_without_a_word()
    {
        await using var page = await lab.OpenAsync();
        var asked = new TaskCompletionSource();
        var left = new TaskCompletionSource();
        await page.Page.RouteAsync(new Regex("/plotly-basic"), async route =>
        {
            asked.TrySetResult();
            await left.Task;
            await route.ContinueAsync();
        });
        await page.Page.ReloadAsync();
        await page.ReadyAsync();
        await asked.Task.WaitAsync(LabPage.Patience, TestContext.Current.CancellationToken);
        await page.ClickAsync("page-timeline");
        await page.Expect("chart-latency").ToHaveCountAsync(0);
        left.SetResult();
        await page.Page.WaitForFunctionAsync("() => window.Plotly");
        await page.ClickAsync("page-live");
        await Assertions.Expect(page.Page.Locator("#chart-latency .main-svg").First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_chart_that_goes_while_it_is_drawn_is_left_without_a_word_and_one_that_stays_says_what_went_wrong()
    {
        // A page without charts of its own: theirs would be drawn by what stands in for the library here.
        await using var page = await lab.OpenAsync("/scenarios");
        const string draw = """
            async stays => {
              window.Plotly = { react: () => new Promise((_, reject) => setTimeout(() => reject(new Error('its layout is gone')), 50)) };
              const chart = document.body.appendChild(document.createElement('div'));
              const drawn = window.Plotly.react(chart).then(() => 'nothing', failure => failure.message);
              if (!stays) chart.remove();
              const said = await drawn;
              chart.remove();
              return said;
            }
            """;
        Assert.Equal("nothing", await page.Page.EvaluateAsync<string>(draw, false));
        Assert.Equal("its layout is gone", await page.Page.EvaluateAsync<string>(draw, true));
    }

    [Theory]
    [InlineData("ц", "KeyW")]
    [InlineData("ς", "KeyW")]
    [InlineData("'", "KeyW")]
    public async Task Shortcuts_are_where_they_are_on_keyboards_without_Latin_letters(string key, string code)
    {
        await using var page = await lab.OpenAsync();
        await page.Page.EvaluateAsync("([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true, cancelable: true }))", new[] { key, code });
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
    }

    [Fact]
    public async Task A_key_that_prints_another_Latin_letter_is_no_shortcut()
    {
        await using var page = await lab.OpenAsync();
        await page.Page.EvaluateAsync("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', code: 'KeyW', bubbles: true, cancelable: true }))");
        await page.Page.EvaluateAsync("document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'w', code: 'KeyZ', bubbles: true, cancelable: true }))");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        // The answer may be here before the leader has told of the write.
        await LabInBrowser.UntilAsync(() => !lab.State.Current.Writes.IsEmpty, "the write that was answered");
        Assert.Single(lab.State.Current.Writes);
    }

    [Fact]
    public async Task Chosen_colours_are_there_in_a_new_tab_from_its_first_paint_on()
    {
        await using var page = await lab.OpenAsync();
        await page.ClickAsync("theme");
        await page.ClickAsync("theme-dark");
        await page.Expect("root").ToHaveAttributeAsync("data-theme", "dark");
        var tab = await page.Page.Context.NewPageAsync();
        await tab.AddInitScriptAsync("""
            window.grounds = [];
            const look = () => {
              for (const at of [document.body, document.querySelector('.kv-root')]) if (at) window.grounds.push(getComputedStyle(at).backgroundColor);
              requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
            """);
        await tab.GotoAsync(lab.Url);
        await tab.WaitForSelectorAsync("[data-ready=true][data-theme=dark]");
        var grounds = await tab.EvaluateAsync<string[]>("[...new Set(window.grounds)]");
        Assert.Equal(["rgb(13, 20, 27)"], grounds.Where(g => g != "rgba(0, 0, 0, 0)"));
        await tab.CloseAsync();
    }

    [Fact]
    public async Task A_double_click_starts_one_burst_and_does_not_cancel_it()
    {
        await using var page = await lab.OpenAsync();
        await page.FillAsync("burst-writes", "60");
        await page.FillAsync("burst-concurrency", "1");
        // The list is bounded, newest first: exactly one more stands before what was the newest.
        var before = lab.Commands.Bursts is [var newest, ..] ? newest.Id : null;
        await page.At("burst-start").DblClickAsync(new LocatorDblClickOptions { Delay = 40 });
        await page.Expect("burst-status").ToHaveAttributeAsync("data-state", "done");
        Assert.Equal(before, lab.Commands.Bursts is [_, var second, ..] ? second.Id : null);
    }

    [Fact]
    public async Task An_unknown_address_has_a_page_that_leads_back()
    {
        LabInBrowser.RequireBrowser();
        await using var context = await lab.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        var answer = await page.GotoAsync($"{lab.Url}/no/such/page");
        Assert.Equal(404, answer!.Status);
        await Assertions.Expect(page.GetByTestId("not-found")).ToBeVisibleAsync();
        await page.GetByTestId("not-found").GetByRole(AriaRole.Link).ClickAsync();
        await page.WaitForSelectorAsync("[data-ready=true]");
    }

    [Fact]
    public async Task Times_are_those_of_the_browser_and_say_their_zone()
    {
        await using var first = await lab.OpenAsync();
        await first.ShortcutAsync("w");
        await first.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await using var context = await lab.Browser.NewContextAsync(new BrowserNewContextOptions { TimezoneId = "Asia/Tokyo" });
        var page = await context.NewPageAsync();
        await page.GotoAsync(lab.Url);
        await page.WaitForSelectorAsync("[data-ready=true]");
        await page.GetByTestId("data-events").CheckAsync();
        var time = page.Locator(".kv-event-time").First;
        await Assertions.Expect(time).ToHaveAttributeAsync("title", new Regex(@"Asia/Tokyo \(UTC\+09:00\)$"));
        var tokyo = DateTimeOffset.UtcNow.ToOffset(TimeSpan.FromHours(9));
        Assert.Contains(await time.InnerTextAsync() is { Length: > 2 } text ? text[..2] : "", (string[])[tokyo.ToString("HH", CultureInfo.InvariantCulture), tokyo.AddMinutes(-5).ToString("HH", CultureInfo.InvariantCulture)]);
    }

    [Fact]
    public async Task Nobody_translates_the_figures_of_a_page_that_is_live()
    {
        await using var page = await lab.OpenAsync();
        Assert.Equal("no", await page.Page.EvaluateAsync<string>("document.documentElement.getAttribute('translate')"));
    }

    [Fact]
    public async Task A_number_that_was_typed_before_a_restart_outlives_it_and_acts_at_the_latest_when_it_is_left()
    {
        LabInBrowser.RequireBrowser();
        var cluster = new FakeCluster(new ClusterStory { Writes = 5 }.Tell());
        var first = DemoPage.Serve(cluster, "http://127.0.0.1:0");
        await first.StartAsync(TestContext.Current.CancellationToken);
        var url = first.Url;
        await using var page = await LabPage.OpenAsync(lab.Profile, url, 1366, 768, ColorScheme.Light);
        await page.OpenAdvancedAsync();
        await page.At("seed").FillAsync("777");
        await first.StopAsync(TestContext.Current.CancellationToken);
        await first.DisposeAsync();
        await page.Expect("reconnect").ToBeVisibleAsync();

        await using var second = DemoPage.Serve(cluster, url);
        await second.StartAsync(TestContext.Current.CancellationToken);
        await page.Expect("reconnect").Not.ToBeVisibleAsync();
        await page.ReadyAsync();
        // The dialog that says that the connection is lost takes the focus, so the field may have been left by then.
        await page.Expect("seed").ToHaveValueAsync("777");
        await page.OpenAdvancedAsync();
        await page.At("seed").FocusAsync();
        await page.At("seed").BlurAsync();
        await LabInBrowser.UntilAsync(() => cluster.Current.Settings!.Seed == 777, "the seed that was typed before the restart");
        page.Forgive();
    }

    /// <summary>As the leader holds it.</summary>
    private async Task<string> ValueAsync(string key)
    {
        using var client = new HttpClient();
        var body = await client.GetStringAsync(new Uri($"{lab.State.Current.Leader!.Url}/read/{key}"), TestContext.Current.CancellationToken);
        return JsonElement.Parse(body).GetProperty("value").GetString()!;
    }
}
