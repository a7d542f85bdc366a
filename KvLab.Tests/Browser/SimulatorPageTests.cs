using KvLab.Core.Simulator;
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
    public async Task The_diagram_goes_along_with_each_step_and_has_no_page_of_its_own_to_lead_to()
    {
        const string messages = "() => document.querySelector('[data-testid=timeline-stage]')?.kvlabTimeline?.look().messages ?? 0";
        await using var page = await lab.OpenAsync("/simulator");
        await ChooseAsync(page, "A client writes k1 = w1.");
        await page.ClickAsync("data-diagram");
        await page.Page.WaitForFunctionAsync($"() => ({messages})() > 0");
        var seen = await page.Page.EvaluateAsync<int>(messages);
        await ChooseAsync(page, "A client writes k2 = w2.");
        await page.Page.WaitForFunctionAsync($"seen => ({messages})() > seen", seen);
        await page.ClickAsync("undo");
        await page.Page.WaitForFunctionAsync($"seen => ({messages})() === seen", seen);
        await page.Expect("timeline-alone").ToHaveCountAsync(0);
        await page.ClickAsync("data-replicas");
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("backwards")]
    public async Task A_challenge_is_solved_by_its_last_step_and_by_none_before(string name)
    {
        var challenge = Challenge.Find(name)!;
        await using var page = await lab.OpenAsync($"/simulator?challenge={name}");
        await page.Expect("challenge").ToContainTextAsync(challenge.Task);
        foreach (var step in challenge.Solution)
        {
            await page.Expect("challenge").ToHaveAttributeAsync("data-solved", "false");
            if (step.StartsWith("> ", StringComparison.Ordinal)) await DoAsync(page, step[2..]);
            else await ChooseAsync(page, step);
        }

        await page.Expect("challenge").ToHaveAttributeAsync("data-solved", "true");
        await page.Expect("challenge-solved").ToHaveTextAsync("Solved.");
        await page.Expect("challenge-lesson").ToHaveTextAsync(challenge.Lesson);
        await page.ClickAsync("simulator-challenges");
        await page.Expect($"simulator-challenge-{name}").ToHaveAttributeAsync("data-solved", "true");
        await page.Expect("simulator-challenge-kept").Not.ToHaveAttributeAsync("data-solved", "true");
    }

    [Fact]
    public async Task What_an_address_names_and_is_not_there_is_said()
    {
        await using var page = await lab.OpenAsync("/simulator?challenge=nothing");
        await page.Expect("simulator-missing").ToContainTextAsync("There is no challenge nothing.");
        await page.Page.GotoAsync($"{lab.Url}/simulator?story=nothing");
        await page.Expect("simulator-missing").ToContainTextAsync("There is no scenario nothing; the scenarios are crash-and-catch-up, ");
    }

    private static async Task DoAsync(LabPage page, string line)
    {
        var step = (await page.At("simulator-at").TextContentAsync())!;
        await page.At("simulator-line").FillAsync(line);
        await page.ClickAsync("simulator-do");
        await page.Expect("simulator-at").Not.ToHaveTextAsync(step);
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
