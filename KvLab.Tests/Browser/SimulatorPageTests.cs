using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>In the simulator nothing happens unless somebody chooses it, and the link in the address opens the same state.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class SimulatorPageTests(LabInBrowser lab)
{
    /// <summary>The list is another one after each choice: whoever presses looks at it first.</summary>
    private static async Task ChooseAsync(LabPage page, string sentence)
    {
        var step = (await page.At("simulator-at").TextContentAsync())!;
        await page.Page.Locator($"[title=\"{sentence}\"]").ClickAsync();
        await page.Expect("simulator-at").Not.ToHaveTextAsync(step);
    }

    [Fact]
    public async Task A_student_lets_the_newer_version_arrive_first_goes_back_and_gives_the_link_away()
    {
        // Opened first: that empties the lab for this test.
        await using var page = await lab.OpenAsync("/simulator");
        var writes = lab.State.Current.Kpis.Writes;
        await page.Expect("simulation-label").ToContainTextAsync("SIMULATION");
        await ChooseAsync(page, "A client writes k1 = w1.");
        await ChooseAsync(page, "A client writes k1 = w2.");
        await ChooseAsync(page, "v2 of k1 arrives at follower-2.");
        await ChooseAsync(page, "v1 of k1 arrives at follower-2.");
        await page.Expect("kpi-refused").ToContainTextAsync("1");
        await page.Expect("simulator-at").ToHaveTextAsync("step 4 of 4");
        await page.MustBeAccessibleAsync("simulator");
        await page.ScreenshotAsync("simulator-1366x768-light");

        var link = await page.At("path-link").GetAttributeAsync("href");
        await page.ClickAsync("undo");
        await page.Expect("kpi-refused").ToContainTextAsync("0");
        await page.ClickAsync("redo");
        await page.Expect("kpi-refused").ToContainTextAsync("1");
        await page.ClickAsync("undo");
        await page.Expect("simulator-at").ToHaveTextAsync("step 3 of 4");
        await ChooseAsync(page, "follower-2 is killed, and what it holds in memory is gone.");
        await page.Expect("simulator-branches").ToContainTextAsync("1 branch");

        await using var other = await LabPage.OpenAsync(lab.Browser, link!);
        await other.Expect("simulator-at").ToHaveTextAsync("step 4 of 4");
        await other.Expect("kpi-refused").ToContainTextAsync("1");

        // The lab's own nodes have seen nothing of it.
        Assert.Equal(writes, lab.State.Current.Kpis.Writes);
    }

    [Fact]
    public async Task It_goes_by_itself_with_the_keyboard_and_in_the_dark()
    {
        await using var page = await lab.OpenAsync("/simulator", scheme: ColorScheme.Dark);
        await ChooseAsync(page, "A client writes k1 = w1.");
        await page.Page.Keyboard.PressAsync("Escape");
        await page.Page.EvaluateAsync("() => document.activeElement.blur()");
        await page.Page.Keyboard.PressAsync("Space");
        await page.Expect("simulator-at").ToHaveTextAsync("step 2 of 2");
        await page.ClickAsync("simulator-play");
        await page.Expect("kpi-success").ToContainTextAsync("1");
        await page.ClickAsync("simulator-play");
        await page.At("simulator-line").FillAsync("slow follower-9 by 5 ms");
        await page.ClickAsync("simulator-do");
        await page.Expect("simulator-error").ToContainTextAsync("follower-9");
        await page.MustBeAccessibleAsync("simulator in the dark");
        await page.ScreenshotAsync("simulator-1366x768-dark");
    }
}
