using KvLab.Core.Failover;
using KvLab.Core.Settings;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Two people at one lab: what one changes is seen by the other where it stands, and never under his hands.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class TwoPagesTests(LabInBrowser lab)
{
    [Theory]
    [InlineData("seed", "77", "4711")]
    [InlineData("timeout", "1234", "4321")]
    [InlineData("min-delay", "2", "5")]
    [InlineData("max-delay", "700", "800")]
    public async Task A_field_that_is_typed_in_keeps_its_text_and_says_what_another_page_made_of_it(string field, string typed, string changed)
    {
        await using var mine = await lab.OpenAsync();
        await using var other = await LabPage.OpenAsync(lab.Browser, lab.Url);
        await mine.OpenAdvancedAsync();
        await other.OpenAdvancedAsync();
        await mine.At(field).ClickAsync();
        await mine.At(field).FillAsync(typed);
        await other.FillAsync(field, changed);
        await mine.Expect($"changed-{field}").ToContainTextAsync($"changed by another page: now {changed}");
        await mine.Expect(field).ToHaveValueAsync(typed);
        await mine.ScreenshotAsync($"changed-{field}-1366x768-light");
        Assert.Equal(0, await other.At($"changed-{field}").CountAsync());

        // Whoever leaves his field has decided.
        await mine.At(field).BlurAsync();
        await other.Expect(field).ToHaveValueAsync(typed);
        await other.Expect($"changed-{field}").ToHaveTextAsync("changed by another page");
    }

    [Fact]
    public async Task A_field_that_has_the_focus_and_no_text_of_its_own_shows_the_news_when_it_is_left()
    {
        await using var mine = await lab.OpenAsync(scheme: ColorScheme.Dark);
        await mine.OpenAdvancedAsync();
        var before = await mine.At("seed").InputValueAsync();
        await mine.At("seed").ClickAsync();
        await lab.Commands.ChangeSettingsAsync(new LiveSettingsPatch { Seed = 99 }, TestContext.Current.CancellationToken);
        await mine.Expect("changed-seed").ToContainTextAsync("now 99");
        await mine.Expect("seed").ToHaveValueAsync(before);
        await mine.MustBeAccessibleAsync("changed elsewhere, dark");
        await mine.ScreenshotAsync("changed-1366x768-dark");
        await mine.At("seed").BlurAsync();
        await mine.Expect("seed").ToHaveValueAsync("99");
    }

    [Fact]
    public async Task The_quorum_follows_and_says_who_turned_it()
    {
        await using var mine = await lab.OpenAsync(settings: new() { WriteQuorum = 3 });
        await using var other = await LabPage.OpenAsync(lab.Browser, lab.Url);
        await other.At("quorum").FocusAsync();
        await other.Page.Keyboard.PressAsync("ArrowLeft");
        await mine.Expect("quorum-value").ToContainTextAsync("W = 2 of 5");
        await mine.Expect("changed-quorum").ToHaveTextAsync("changed by another page");
        Assert.Equal(0, await other.At("changed-quorum").CountAsync());

        using var client = new HttpClient();
        using var body = new StringContent("{\"writeQuorum\": 4, \"seed\": 7}", System.Text.Encoding.UTF8, "application/json");
        (await client.PatchAsync(new Uri($"{lab.Url}/api/cluster/settings"), body, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await mine.Expect("changed-quorum").ToHaveTextAsync("changed by REST");
        // The seed stands behind a fold, whose head says so while it is closed.
        await mine.Expect("changed-advanced").ToHaveTextAsync("changed by REST");
        await mine.MustBeAccessibleAsync("changed by REST, light");
        await mine.ScreenshotAsync("changed-by-rest-1366x768-light");
        await mine.OpenAdvancedAsync();
        await mine.Expect("changed-advanced").ToBeHiddenAsync();
        await mine.Expect("changed-seed").ToContainTextAsync("changed by REST");
        await other.Expect("changed-quorum").ToHaveTextAsync("changed by REST");
    }

    [Fact]
    public async Task The_rule_of_failover_says_who_changed_it()
    {
        await using var mine = await lab.OpenAsync("/faults");
        await using var other = await LabPage.OpenAsync(lab.Browser, lab.Url + "/faults");
        try
        {
            await mine.At("failover-automatic").CheckAsync(new LocatorCheckOptions { Force = true });
            await other.Expect("changed-failover").ToHaveTextAsync("changed by another page");
            await mine.At("failover-timeout").ClickAsync();
            await mine.At("failover-timeout").FillAsync("900");
            await other.FillAsync("failover-timeout", "5000");
            await mine.Expect("changed-failover-timeout").ToContainTextAsync("changed by another page: now 5000");
            await mine.Expect("failover-timeout").ToHaveValueAsync("900");
        }
        finally
        {
            lab.Failover.Change(new FailoverPolicy());
        }
    }

    [Fact]
    public async Task A_link_that_is_edited_here_keeps_its_draft_and_shows_what_was_made_of_it_elsewhere()
    {
        await using var mine = await lab.OpenAsync("/faults");
        await mine.ClickAsync("link-edit-follower-2");
        await mine.FillAsync("link-request-delay", "250");
        await lab.Commands.SetLinkAsync("follower-2", new() { Request = new() { LossPercent = 20 } }, TestContext.Current.CancellationToken);
        await mine.Expect("changed-link").ToContainTextAsync("changed by somebody else: now");
        await mine.Expect("link-request-delay").ToHaveValueAsync("250");
        await mine.ClickAsync("link-show");
        await mine.Expect("link-request-loss").ToHaveValueAsync("20");
        await mine.Expect("link-request-delay").ToHaveValueAsync("0");
        await lab.Commands.HealAsync(cancellation: TestContext.Current.CancellationToken);
    }
}
