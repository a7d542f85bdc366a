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

    /// <summary>Page × size × followers × keys × colour: each value of one meets each size, and each page meets each of the others.</summary>
    public static TheoryData<string, int, int, int, int, string> Pairs
    {
        get
        {
            var data = new TheoryData<string, int, int, int, int, string>();
            (int, int)[] sizes = [(1366, 768), (1920, 1080), (1024, 768), (820, 1180), (390, 844)];
            string[] pages = ["", "faults", "scenarios", "experiments"];
            for (var p = 0; p < pages.Length; p++)
            {
                for (var s = 0; s < sizes.Length; s++)
                    data.Add(pages[p], sizes[s].Item1, sizes[s].Item2, (p + s) % 2 == 0 ? 5 : 12, (p + s / 2) % 2 == 0 ? 7 : 200, (s + p / 2) % 2 == 0 ? "light" : "dark");
            }

            foreach (var (width, height) in sizes) data.Add("?projector=1", width, height, width == 1366 ? 5 : 12, 7, "light");
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Nothing_overlaps_nothing_is_cut_off_and_no_phone_is_moved_sideways(string path, int width, int height, int followers, int keys, string theme)
    {
        LabInBrowser.RequireBrowser();
        var story = new ClusterStory { Writes = keys * 2, Keys = keys, Followers = followers, Settings = new LiveSettings { WriteQuorum = 3 } };
        await using var host = DemoPage.Serve(new FakeCluster(story.Tell()), "http://127.0.0.1:0");
        await host.StartAsync(TestContext.Current.CancellationToken);
        await using var page = await LabPage.OpenAsync(lab.Browser, $"{host.Url}/{path}{(path.Contains('?', StringComparison.Ordinal) ? "&" : "?")}theme={theme}", width, height,
            theme == "dark" ? ColorScheme.Dark : ColorScheme.Light);
        await page.Page.EvaluateAsync("() => document.fonts.ready");
        var found = await page.Page.EvaluateAsync<string[]>(Look);
        await page.ScreenshotAsync($"geometry-{(path.Length == 0 ? "live" : path.Trim('?').Split('=')[0])}-{width}-{followers}-{keys}-{theme}");
        Assert.True(found.Length == 0, string.Join("\n", found));
    }
}
