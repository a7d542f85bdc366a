using Microsoft.Playwright;

namespace KvLab.Bench.Viewers;

/// <summary>One real page in Chromium that follows one key, and when each of its versions was seen.</summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    // Every change of the row is stamped with the time at which it stood in the document.
    private const string Watch = """
        key => {
          window.seen = [];
          let last = '';
          new MutationObserver(() => {
            const row = document.querySelector(`[data-testid="row-${key}"]`);
            const text = row ? [...row.querySelectorAll('td b')].map(b => b.textContent).join(' ') : '';
            if (text === last) return;
            last = text;
            window.seen.push([performance.timeOrigin + performance.now(), text]);
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;
    private readonly ICDPSession _tools;

    private BrowserPage(IPlaywright playwright, IBrowser browser, IPage page, ICDPSession tools) => (_playwright, _browser, _page, _tools) = (playwright, browser, page, tools);

    /// <summary>CPU time of the process that draws the page, so far.</summary>
    public async Task<TimeSpan> CpuAsync()
    {
        var metrics = await _tools.SendAsync("Performance.getMetrics");
        return TimeSpan.FromSeconds(metrics!.Value.GetProperty("metrics").EnumerateArray().Single(m => m.GetProperty("name").GetString() == "ProcessTime").GetProperty("value").GetDouble());
    }

    public static async Task<BrowserPage> OpenAsync(Uri dashboard, string key)
    {
        if (!File.Exists(Chromium)) throw new BenchException($"{Chromium} is missing; install it (apt-get install chromium) to measure what a browser sees.");
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Chromium,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        });
        var page = await browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = 1366, Height = 768 } });
        await page.GotoAsync(new Uri(dashboard, "/").ToString());
        await page.Locator("[data-ready=true]").WaitForAsync();
        await page.EvaluateAsync(Watch, key);
        var tools = await page.Context.NewCDPSessionAsync(page);
        await tools.SendAsync("Performance.enable");
        return new BrowserPage(playwright, browser, page, tools);
    }

    /// <summary>When (ms since 1970) the page showed which versions of the key, in the order of the nodes.</summary>
    public async Task<IReadOnlyList<(double AtMs, long[] Versions)>> SeenAsync()
    {
        var seen = await _page.EvaluateAsync<object[][]>("() => window.seen");
        return [.. seen.Select(s => (Convert.ToDouble(s[0]), ((string)s[1]).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(v => long.Parse(v[1..])).ToArray()))];
    }

    public Task<T> EvaluateAsync<T>(string script) => _page.EvaluateAsync<T>(script);

    /// <summary>Goes to another page of the lab, until a script says that it is there.</summary>
    public async Task GoToAsync(Uri page, string isThere)
    {
        await _page.GotoAsync(page.ToString());
        await _page.WaitForFunctionAsync(isThere);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.CloseAsync();
        _playwright.Dispose();
    }
}
