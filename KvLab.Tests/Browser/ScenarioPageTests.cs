using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Stories and chaos on the page, over real nodes.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class ScenarioPageTests(LabInBrowser lab)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task A_story_is_played_and_each_line_says_what_came_of_it(ColorScheme scheme)
    {
        await using var page = await lab.OpenAsync("/scenarios?scenario=lost-ack", scheme: scheme);
        await page.MustBeAccessibleAsync("story");
        await page.ClickAsync("story-play");
        await page.Expect("story-state").ToHaveAttributeAsync("data-state", "passed");
        await page.Expect("step-7").ToHaveAttributeAsync("data-state", "ok");
        await page.MustBeAccessibleAsync("story played");
        await page.ScreenshotAsync($"scenario-played-1366x768-{scheme.ToString().ToLowerInvariant()}");

        await page.ClickAsync("story-edit");
        await page.At("editor-text").FillAsync("# Mine\n> write k = a\n> expect partial\n> kil leader\n");
        await page.Expect("editor-errors").ToContainTextAsync("Line 4, at \"kil\"");
        await page.MustBeAccessibleAsync("own story with a mistake");
        await page.At("editor-text").FillAsync("# Mine\n> write k = a\n> expect partial\n");
        await page.ClickAsync("editor-play");
        await page.Expect("story-state").ToHaveAttributeAsync("data-state", "failed");
        await page.MustBeAccessibleAsync("own story that failed");
    }

    [Fact]
    public async Task A_chaos_run_is_started_from_the_page_and_says_what_held()
    {
        await using var page = await lab.OpenAsync("/scenarios?scenario=chaos");
        await page.MustBeAccessibleAsync("chaos");
        await page.FillAsync("chaos-faults", "5");
        await page.ClickAsync("chaos-start");
        await page.Expect("chaos-state").ToHaveAttributeAsync("data-state", "passed");
        await Assertions.Expect(page.At("chaos-verdict")).ToHaveCountAsync(8);
        await page.MustBeAccessibleAsync("chaos over");
        await page.ScreenshotAsync("chaos-1366x768-light");
    }
}
