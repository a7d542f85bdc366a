using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>Faults, scenarios and experiments in every size that people have, with few followers and with many: nothing reaches beyond the page or over its neighbour.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class PageSizeTests(LabInBrowser lab)
{
    private static readonly (int Width, int Height)[] Sizes = [(1366, 768), (1920, 1080), (1024, 768), (910, 512), (820, 1180), (390, 844)];

    /// <summary>Panels that overlap, and what is wider than the page.</summary>
    private const string Wrong = """
        (() => {
          const found = [], name = e => e.dataset.testid ?? e.className, shown = e => e.getClientRects().length > 0;
          if (document.documentElement.scrollWidth > innerWidth) found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth}`);
          const panels = [...document.querySelectorAll('main .kv-panel')].filter(shown), boxes = panels.map(p => p.getBoundingClientRect());
          for (let i = 0; i < panels.length; i++) {
            if (boxes[i].right > innerWidth + 1 || boxes[i].left < -1) found.push(`${name(panels[i])} reaches beyond the page`);
            for (let j = i + 1; j < panels.length; j++) {
              if (panels[i].contains(panels[j]) || panels[j].contains(panels[i])) continue;
              const [a, b] = [boxes[i], boxes[j]];
              if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1) found.push(`${name(panels[i])} overlaps ${name(panels[j])}`);
            }
          }
          for (const b of document.querySelectorAll('main :is(.mud-button-root, label.mud-input-label)'))
            if (shown(b) && b.scrollWidth > b.clientWidth + 1) found.push(`${b.textContent.trim()} is cut off`);
          return found.join('; ');
        })()
        """;

    [Fact]
    public async Task Faults_of_twelve_followers_fit_every_size()
    {
        await using var page = await lab.OpenAsync("/faults");
        var before = lab.State.Current.Nodes.Select(n => n.Id).ToHashSet();
        try
        {
            for (var added = 0; added < 7; added++) await lab.Commands.AddFollowerAsync(TestContext.Current.CancellationToken);
            await LabInBrowser.UntilAsync(() => lab.State.Current.Nodes.Length == 13 && lab.State.Current.Nodes.All(n => n.State == Core.Observation.Snapshots.NodeState.Running), "twelve followers");
            await page.BurstAsync(60, 10, 8);
            Assert.Equal("", string.Join("\n", await SeenAsync(page, "faults-of-12", "light")));
        }
        finally
        {
            foreach (var node in lab.State.Current.Nodes.Where(n => !before.Contains(n.Id))) await lab.Commands.RemoveFollowerAsync(node.Id, CancellationToken.None);
        }
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_fit_every_size(ColorScheme scheme)
    {
        var wrong = new List<string>();
        foreach (var (path, name) in new[] { ("/faults", "faults"), ("/scenarios?scenario=lost-ack", "story"), ("/scenarios?scenario=chaos", "chaos"), ("/scenarios?scenario=own", "own-story"), ("/experiments", "plan") })
        {
            await using var page = await lab.OpenAsync(path, scheme: scheme);
            if (name == "faults")
            {
                await page.BurstAsync(60, 10, 8);
                await page.ClickAsync("piece-follower-2");
                await page.ClickAsync("link-edit-follower-3");
                await page.Expect("link-editor").ToBeVisibleAsync();
                await page.ClickAsync("fault-more-follower-1");
            }

            wrong.AddRange(await SeenAsync(page, name, scheme.ToString().ToLowerInvariant()));
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    /// <summary>Takes a picture in each size, and says what is wrong in it.</summary>
    private static async Task<List<string>> SeenAsync(LabPage page, string name, string scheme)
    {
        var wrong = new List<string>();
        foreach (var (width, height) in Sizes)
        {
            await page.Page.SetViewportSizeAsync(width, height);
            await Task.Delay(400, TestContext.Current.CancellationToken);
            if (await page.Page.EvaluateAsync<string>(Wrong) is { Length: > 0 } found) wrong.Add($"{name} at {width}×{height}: {found}");
            await page.Page.ScreenshotAsync(new PageScreenshotOptions
            {
                Path = Path.Combine(LabInBrowser.Screenshots, $"{name}-{width}x{height}-{scheme}.png"),
                Animations = ScreenshotAnimations.Disabled,
                FullPage = true,
            });
        }

        return wrong;
    }
}
