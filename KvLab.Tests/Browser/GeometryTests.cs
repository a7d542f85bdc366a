using KvLab.Core.Settings;
using KvLab.Tests.Infrastructure;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>
/// Every page in every size that it is used in, over small and large clusters: nothing lies upon something else, nothing is cut off without a way to read it, and a phone need not be
/// moved sideways. Clusters are made up, so that twelve followers cost nothing.
/// </summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class GeometryTests(LabInBrowser lab)
{
    private static readonly string Look = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Browser", "geometry.js"));

    /// <summary>910 × 512 is a laptop of 1366 × 768 at 150 percent.</summary>
    private static readonly (int Width, int Height)[] Sizes = [(1366, 768), (1920, 1080), (1024, 768), (910, 512), (820, 1180), (390, 844)];

    private static readonly string[] Pages =
        ["", "faults", "scenarios", "scenarios?scenario=lost-ack", "scenarios?scenario=chaos", "scenarios?scenario=own", "experiments", "?projector=1", "timeline", "replay", "simulator", "lessons/a-writes-life"];

    /// <summary>Every page meets every size; which cluster and which colours it has there goes round, so that each of them meets each size too.</summary>
    private static IEnumerable<(string Path, int Width, int Height)> ShownWith(int followers, int keys, string theme) =>
        from p in Enumerable.Range(0, Pages.Length)
        from s in Enumerable.Range(0, Sizes.Length)
        where ((p + s) % 2 == 0 ? 5 : 12) == followers && ((p + s / 2) % 2 == 0 ? 7 : 200) == keys && ((s + p / 2) % 2 == 0 ? "light" : "dark") == theme
        select (Pages[p], Sizes[s].Width, Sizes[s].Height);

    [Theory]
    [InlineData(5, 7, "light"), InlineData(5, 7, "dark"), InlineData(5, 200, "light"), InlineData(5, 200, "dark")]
    [InlineData(12, 7, "light"), InlineData(12, 7, "dark"), InlineData(12, 200, "light"), InlineData(12, 200, "dark")]
    public async Task Nothing_overlaps_nothing_is_cut_off_and_no_phone_is_moved_sideways(int followers, int keys, string theme)
    {
        LabInBrowser.RequireBrowser();
        var story = new ClusterStory { Writes = keys * 2, Keys = keys, Followers = followers, Settings = new LiveSettings { WriteQuorum = 3 } };
        await using var host = DemoPage.Serve(new FakeCluster(story.Tell()), "http://127.0.0.1:0");
        await host.StartAsync(TestContext.Current.CancellationToken);
        await using var page = await LabPage.OpenAsync(lab.Profile, host.Url, 1366, 768, theme == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        var wrong = new List<string>();
        foreach (var (path, width, height) in ShownWith(followers, keys, theme))
        {
            await page.Page.SetViewportSizeAsync(width, height);
            await page.Page.GotoAsync($"{host.Url}/{path}{(path.Contains('?', StringComparison.Ordinal) ? "&" : "?")}theme={theme}");
            await page.ReadyAsync();
            var found = await page.Page.EvaluateAsync<string[]>(Look);
            await page.ScreenshotAsync($"geometry-{Name(path)}-{width}-{followers}-{keys}-{theme}");
            wrong.AddRange(found.Select(f => $"{path} {width}×{height}: {f}"));
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>What opens each of them, on a lab that has settings to look back at.</summary>
    [Fact]
    public async Task Every_dialog_fits_into_every_window()
    {
        await using var page = await lab.OpenAsync(settings: new() { WriteQuorum = 3, MinDelayMs = 0, MaxDelayMs = 1 });
        await page.ClickAsync("write-submit");
        await page.Expect("write-answer").ToHaveAttributeAsync("data-status", "success");
        await lab.Commands.ChangeSettingsAsync(new LiveSettingsPatch { WriteQuorum = 2 }, TestContext.Current.CancellationToken);
        await page.Expect("figures-before").ToBeVisibleAsync();
        var wrong = new List<string>();
        foreach (var (width, height) in Sizes)
        {
            await page.Page.SetViewportSizeAsync(width, height);
            foreach (var opener in (string[])["help", "convergence", "reset", "storage-open", "figures-before"])
            {
                await page.ClickAsync(opener);
                await Assertions.Expect(page.Page.Locator(".mud-dialog")).ToBeVisibleAsync();
                wrong.AddRange((await page.Page.EvaluateAsync<string[]>(Look)).Select(f => $"{opener} {width}×{height}: {f}"));
                await page.ScreenshotAsync($"geometry-dialog-{opener}-{width}");
                await page.Page.Keyboard.PressAsync("Escape");
                await Assertions.Expect(page.Page.Locator(".mud-dialog")).ToHaveCountAsync(0);
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static string Name(string path) => path.Length == 0 ? "live" : path.Replace('/', '-').TrimStart('?').Replace("?scenario=", "-", StringComparison.Ordinal).Split('=')[0];
}
