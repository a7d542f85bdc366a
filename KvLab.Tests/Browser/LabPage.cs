using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>One open page, spoken to by test ids. Closing it checks that nothing went wrong in the browser unseen.</summary>
public sealed class LabPage : IAsyncDisposable
{
    /// <summary>The one timeout of all browser tests; only a failing test ever waits that long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly IBrowserContext? _own;
    private readonly string _origin;
    private readonly List<string> _troubles = [];

    private LabPage(IBrowserContext? own, IPage page, string origin)
    {
        (_own, Page, _origin) = (own, page, origin);
        page.PageError += (_, error) => _troubles.Add($"script error: {error}");
        page.Console += (_, message) =>
        {
            if (message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) _troubles.Add(message.Text);
        };
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(_origin, StringComparison.Ordinal) && !request.Url.StartsWith("blob:", StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                _troubles.Add($"foreign request: {request.Url}");
        };
        page.Response += (_, response) =>
        {
            if (response.Status >= 400) _troubles.Add($"{response.Status} {response.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>Somebody else: a browser with nothing stored and nothing loaded yet.</summary>
    public static async Task<LabPage> OpenAsync(IBrowser browser, string url)
    {
        var own = await browser.NewContextAsync();
        own.SetDefaultTimeout((float)Patience.TotalMilliseconds);
        return await OpenAsync(own, own, url, 1366, 768, ColorScheme.Light, ReducedMotion.Reduce);
    }

    /// <summary>In a browser that has seen the lab before, whose scripts and styles are there already.</summary>
    /// <param name="motion">Reduced where no test of moving pictures asks for them: drawing sixty of them a second without a graphics card takes the machine from the others.</param>
    public static Task<LabPage> OpenAsync(IBrowserContext browser, string url, int width, int height, ColorScheme scheme, ReducedMotion motion = ReducedMotion.Reduce) =>
        OpenAsync(null, browser, url, width, height, scheme, motion);

    private static async Task<LabPage> OpenAsync(IBrowserContext? own, IBrowserContext browser, string url, int width, int height, ColorScheme scheme, ReducedMotion motion)
    {
        var page = await browser.NewPageAsync();
        await page.SetViewportSizeAsync(width, height);
        await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = motion });
        var lab = new LabPage(own, page, new Uri(url).GetLeftPart(UriPartial.Authority));
        try
        {
            await page.GotoAsync(url);
            await lab.ReadyAsync();
        }
        catch (TimeoutException late)
        {
            throw new InvalidOperationException($"The page did not become ready. {string.Join("; ", lab._troubles)}", late);
        }

        return lab;
    }

    public Task ReadyAsync() => Page.WaitForSelectorAsync("[data-ready=true]");

    public ILocator At(string testId) => Page.GetByTestId(testId);
    public Task ClickAsync(string testId) => At(testId).ClickAsync();
    public ILocatorAssertions Expect(string testId) => Assertions.Expect(At(testId));
    public Task<string> TextAsync(string testId) => At(testId).InnerTextAsync();

    /// <summary>Types a value and leaves the field, as a person would.</summary>
    public async Task FillAsync(string testId, string value)
    {
        await At(testId).FillAsync(value);
        await At(testId).BlurAsync();
    }

    /// <summary>Opens the fold of settings that are seldom changed.</summary>
    public Task OpenAdvancedAsync() => At("advanced").Locator("summary").ClickAsync();

    /// <summary>Chooses by name in a drop-down, by keyboard or mouse as a person would.</summary>
    public async Task ChooseAsync(string testId, string name)
    {
        await At(testId).ClickAsync();
        await Page.GetByRole(AriaRole.Option, new PageGetByRoleOptions { Name = name, Exact = true }).ClickAsync();
    }

    /// <summary>Presses a key while no control has the focus.</summary>
    public async Task ShortcutAsync(string key)
    {
        await Page.EvaluateAsync("document.activeElement?.blur()");
        await Page.Keyboard.PressAsync(key);
    }

    public async Task BurstAsync(int writes, int clients, int keys)
    {
        await FillAsync("burst-writes", $"{writes}");
        await FillAsync("burst-concurrency", $"{clients}");
        await FillAsync("burst-keys", $"{keys}");
        await ClickAsync("burst-start");
        await Expect("burst-status").ToHaveAttributeAsync("data-state", "done");
    }

    /// <summary>What the page says, not the lab: it is a little behind, and before the first write nothing is open either.</summary>
    public async Task DeliveredAsync(int writes)
    {
        await Expect("kpi-writes").ToContainTextAsync($"{writes}");
        await Expect("summary-flow").ToHaveTextAsync("all writes delivered");
    }

    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(LabInBrowser.Screenshots, $"{name}.png"), Animations = ScreenshotAnimations.Disabled });

    public async Task MustBeAccessibleAsync(string state)
    {
        var found = await Axe.LookAsync(Page);
        Assert.True(found.Length == 0, $"{state}: {string.Join("; ", found)}");
    }

    public async Task<byte[]> DownloadAsync(string testId)
    {
        var download = await Page.RunAndWaitForDownloadAsync(() => ClickAsync(testId));
        return await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
    }

    /// <summary>Forgets troubles that the test brought about on purpose, such as a dashboard that was stopped.</summary>
    public void Forgive() => _troubles.Clear();

    public async ValueTask DisposeAsync()
    {
        // Left as a person leaves a page: it says good-bye to the dashboard. A context that is taken away does not always, and its circuit waits three minutes for its return.
        if (!Page.IsClosed)
        {
            await Page.GotoAsync("about:blank");
            await Page.CloseAsync();
        }

        if (_own is not null) await _own.DisposeAsync();
        Assert.True(_troubles.Count == 0, string.Join("\n", _troubles));
    }
}
