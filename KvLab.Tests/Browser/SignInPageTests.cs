using KvLab.Tests.Infrastructure;
using KvLab.Web.Hosting;
using Microsoft.Playwright;
using Xunit;

namespace KvLab.Tests.Browser;

/// <summary>A lab that others can reach, under a path of a reverse proxy: the way in, on a phone, in light and dark.</summary>
[Trait("Category", "Browser")]
[Collection(BrowserTests.Name)]
public sealed class SignInPageTests(LabInBrowser lab)
{
    [Fact]
    public async Task One_signs_in_once_and_then_all_of_the_page_works()
    {
        LabInBrowser.RequireBrowser();
        await using var host = WebHost.Create(["--urls", "http://0.0.0.0:0", "--Cluster:Mode=External", "--Cluster:Token=nodes-only", "--Lab:Secret=open-sesame", "--Lab:PathBase=/lab"]);
        await host.StartAsync(TestContext.Current.CancellationToken);
        await using var proxy = await ReverseProxy.StartAsync(host.Url, "/lab", strips: true);
        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            await using var context = await lab.Browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 390, Height = 844 }, ColorScheme = scheme });
            context.SetDefaultTimeout((float)LabPage.Patience.TotalMilliseconds);
            var page = await context.NewPageAsync();
            var refused = new List<string>();
            page.Console += (_, message) =>
            {
                if (message.Type == "error" && !message.Text.Contains("401", StringComparison.Ordinal)) refused.Add(message.Text);
            };
            page.PageError += (_, error) => refused.Add(error);

            await page.GotoAsync($"{proxy.Url}/lab/faults");
            await page.GetByTestId("sign-in-secret").FillAsync("wrong");
            await page.GetByTestId("sign-in").ClickAsync();
            await Assertions.Expect(page.GetByTestId("sign-in-problem")).ToContainTextAsync("not the lab's secret");
            Assert.Empty(await Axe.LookAsync(page));
            Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"));
            Assert.NotEqual("Times New Roman", await page.EvaluateAsync<string>("getComputedStyle(document.body).fontFamily"));
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(LabInBrowser.Screenshots, $"sign-in-{scheme.ToString().ToLowerInvariant()}.png") });

            await page.GetByTestId("sign-in-secret").FillAsync("open-sesame");
            await page.GetByTestId("sign-in").ClickAsync();
            await page.WaitForSelectorAsync("[data-ready=true]");
            Assert.EndsWith("/lab/faults", new Uri(page.Url).AbsolutePath);
            await page.GetByTestId("menu").ClickAsync();
            await page.GetByTestId("drawer-page-live").ClickAsync();
            await page.WaitForURLAsync(url => new Uri(url).AbsolutePath == "/lab/");
            await page.ReloadAsync();
            await page.WaitForSelectorAsync("[data-ready=true]");
            Assert.Empty(refused);
        }
    }
}
