using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.RegularExpressions;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Hosting;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>The lab under a path of a reverse proxy that takes the path off, or passes it on.</summary>
[Trait("Category", "Component")]
public sealed partial class PathBaseTests : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });
    private WebHost? _host;
    private ReverseProxy? _proxy;

    private async Task StartAsync(bool strips, params string[] more)
    {
        _host = WebHost.Create(["--urls", "http://127.0.0.1:0", "--Cluster:Mode=External", "--Lab:PathBase=/lab", .. more]);
        await _host.StartAsync(TestContext.Current.CancellationToken);
        _proxy = await ReverseProxy.StartAsync(_host.Url, "/lab", strips);
    }

    private async Task<(HttpStatusCode Status, string Text, string? Location)> SendAsync(string method, string path, string? json = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), _proxy!.Url + path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer.Headers.Location?.OriginalString);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Everything_that_the_page_names_lies_under_the_path(bool strips)
    {
        await StartAsync(strips);
        foreach (var page in (string[])["/lab/", "/lab/faults", "/lab/experiments", "/lab/scenarios?theme=dark", "/lab/not-found"])
        {
            var (status, html, _) = await SendAsync("GET", page);
            Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NotFound, $"{page}: {status}");
            Assert.Contains("<base href=\"/lab/\"", html, StringComparison.Ordinal);
            var named = Address().Matches(html).Select(m => m.Groups[1].Value).Where(a => a is not ("/lab/" or ".") && !a.StartsWith('#')).ToList();
            Assert.Contains(named, a => a.Contains("css/page", StringComparison.Ordinal));
            foreach (var address in named)
            {
                Assert.False(address.StartsWith('/'), address);
                Assert.Equal((address, HttpStatusCode.OK), (address, (await SendAsync("GET", "/lab/" + address)).Status));
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_circuit_its_API_and_what_that_names_lie_there_too(bool strips)
    {
        await StartAsync(strips);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/lab/_blazor/negotiate?negotiateVersion=1", "", ("Origin", _proxy!.Url))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/lab/_blazor/negotiate?negotiateVersion=1", "", ("Origin", "http://evil.example"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/lab/api/cluster")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/lab/openapi/v1.json")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/lab/health")).Status);
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", _proxy.Url);
        await socket.ConnectAsync(new Uri("ws" + _proxy.Url["http".Length..] + "/lab/_blazor"), TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task Without_the_slash_it_leads_to_the_slash_and_without_the_proxy_it_answers_as_well()
    {
        await StartAsync(strips: false);
        Assert.Equal((HttpStatusCode.Redirect, "/lab/?theme=dark"), await RedirectOf("/lab?theme=dark"));
        // Nodes and scripts on the machine itself know no path.
        using var direct = await _http.GetAsync(new Uri(_host!.Url + "/api/cluster"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, direct.StatusCode);

        async Task<(HttpStatusCode, string?)> RedirectOf(string path)
        {
            var (status, _, location) = await SendAsync("GET", path);
            return (status, location);
        }
    }

    [Fact]
    public async Task A_proxy_that_is_named_is_believed_about_the_caller_and_others_are_not()
    {
        await StartAsync(strips: true, "--Lab:Proxies=127.0.0.1", "--Lab:Secret=open-sesame", "--Cluster:Token=nodes-only", "--AllowedHosts=lab.example");
        _proxy!.Says["X-Forwarded-Proto"] = "https";
        _proxy.Says["X-Forwarded-Host"] = "lab.example";
        _proxy.Says["X-Forwarded-For"] = "203.0.113.9";
        var bearer = ("Authorization", "Bearer open-sesame");
        // The page was got by https from lab.example, so that is its origin.
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", "/lab/_blazor/negotiate?negotiateVersion=1", "", ("Origin", "https://lab.example"), bearer)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/lab/_blazor/negotiate?negotiateVersion=1", "", ("Origin", "http://lab.example"), bearer)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET", "/lab/api/cluster")).Status);
        // Who is shut out after wrong tries is the caller, not everybody behind the proxy.
        for (var i = 0; i < 10; i++) await SendAsync("GET", "/lab/api/cluster", null, ("Authorization", $"Bearer wrong-{i}"));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await SendAsync("GET", "/lab/api/cluster", null, bearer)).Status);
        _proxy.Says["X-Forwarded-For"] = "203.0.113.10";
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/lab/api/cluster", null, bearer)).Status);
        Assert.Equal((HttpStatusCode.Redirect, "/lab/sign-in?back=%2Ffaults"), await SignIn());

        async Task<(HttpStatusCode, string?)> SignIn()
        {
            var (status, _, location) = await SendAsync("GET", "/lab/faults", null, ("Accept", "text/html"));
            return (status, location);
        }
    }

    [Fact]
    public async Task What_somebody_who_is_no_named_proxy_says_of_the_caller_is_not_believed()
    {
        await StartAsync(strips: true);
        _proxy!.Says["X-Forwarded-Proto"] = "https";
        _proxy.Says["X-Forwarded-Host"] = "lab.example";
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("POST", "/lab/_blazor/negotiate?negotiateVersion=1", "", ("Origin", "https://lab.example"))).Status);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_proxy is not null) await _proxy.DisposeAsync();
        if (_host is not null) await _host.DisposeAsync();
    }

    [GeneratedRegex("(?:href|src)=\"([^\"]+)\"")]
    private static partial Regex Address();
}
