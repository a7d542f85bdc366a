using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KvLab.Core.Callers;
using KvLab.Core.Events;
using KvLab.Web.Hosting;
using KvLab.Web.Options;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>A dashboard that other machines can reach.</summary>
[Trait("Category", "Component")]
public sealed class OpenLabTests : IAsyncLifetime
{
    private const string Secret = "open-sesame";
    private const string Token = "nodes-only";

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false });
    private WebHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = WebHost.Create(["--urls", "http://0.0.0.0:0", "--Cluster:Mode=External", $"--Cluster:Token={Token}", $"--Lab:Secret={Secret}"]);
        await _host.StartAsync(TestContext.Current.CancellationToken);
        _http.BaseAddress = new Uri(_host.Url);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _host.DisposeAsync();
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content = null, string? bearer = null, string? cookie = null, string? accept = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        if (bearer is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        if (cookie is not null) request.Headers.Add("Cookie", cookie);
        if (accept is not null) request.Headers.Add("Accept", accept);
        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private Task<HttpResponseMessage> SignInAsync(string secret, string back = "/faults?theme=dark") =>
        SendAsync("POST", "/sign-in", new FormUrlEncodedContent([new("secret", secret), new("back", back)]));

    [Theory]
    [InlineData("--urls=http://0.0.0.0:0")]
    [InlineData("--http_ports=0")]
    [InlineData("--Kestrel:Endpoints:Here:Url=http://0.0.0.0:0")]
    [InlineData("--urls=http://127.0.0.1:0", "--Kestrel:Endpoints:Here:Url=http://0.0.0.0:0")]
    [InlineData("--urls=http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("--urls=http://127.0.0.1:0", "--Lab:Proxies=127.0.0.1")]
    public async Task Whichever_option_opens_it_without_a_secret_it_does_not_start(params string[] args)
    {
        await using var host = WebHost.Create([.. args, "--Cluster:Mode=External"]);
        var refused = await Assert.ThrowsAsync<InvalidOptionsException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("Lab:Secret", refused.Message);
        Assert.Contains("Cluster:Token", refused.Message);
    }

    [Fact]
    public async Task A_token_that_can_be_guessed_opens_nothing_to_others()
    {
        await using var host = WebHost.Create(["--urls=http://0.0.0.0:0", "--Cluster:Mode=External", "--CLUSTER_TOKEN=a"]);
        var refused = await Assert.ThrowsAsync<InvalidOptionsException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains("it must have at least 6 characters", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_token_that_somebody_set_is_a_secret_too()
    {
        await using var host = WebHost.Create(["--urls=http://0.0.0.0:0", "--Cluster:Mode=External", "--CLUSTER_TOKEN=shared-by-all"]);
        await host.StartAsync(TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{host.Url}/api/cluster");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "shared-by-all");
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/cluster")]
    [InlineData("GET", "/api/events")]
    [InlineData("POST", "/api/cluster/reset")]
    [InlineData("POST", "/api/cluster/nodes/leader/kill")]
    [InlineData("PUT", "/api/cluster/storage")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("GET", "/_blazor")]
    [InlineData("GET", "/openapi/v1.json")]
    [InlineData("GET", "/scalar")]
    [InlineData("GET", "/")]
    [InlineData("GET", "/_framework/blazor.web.js")]
    public async Task Without_the_secret_nothing_is_told_and_nothing_done(string method, string path)
    {
        foreach (var bearer in (string?[])[null, "wrong", Token])
        {
            var answer = await SendAsync(method, path, bearer: bearer);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            Assert.DoesNotContain(Secret, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Scripts_send_it_as_a_bearer_and_whether_it_lives_may_be_asked_by_everybody()
    {
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/api/cluster", bearer: Secret)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", "/health")).StatusCode);
        // The token opens what nodes need, and the secret does not.
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("POST", TelemetryContract.HubPath + "/negotiate?negotiateVersion=1", bearer: Secret)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync("POST", $"{TelemetryContract.HubPath}/negotiate?negotiateVersion=1&{TelemetryContract.TokenHeader}={Token}")).StatusCode);
    }

    [Fact]
    public async Task A_page_asks_for_it_once_and_comes_back_to_where_one_wanted_to_go()
    {
        var sent = await SendAsync("GET", "/faults?theme=dark", accept: "text/html");
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in?back=%2Ffaults%3Ftheme%3Ddark"), (sent.StatusCode, sent.Headers.Location!.ToString()));
        var page = await SendAsync("GET", sent.Headers.Location.ToString(), accept: "text/html");
        Assert.Contains("value=\"/faults?theme=dark\"", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var wrong = await SignInAsync("wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.False(wrong.Headers.Contains("Set-Cookie"));
        Assert.Contains("role=\"alert\"", await wrong.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var right = await SignInAsync(Secret);
        Assert.Equal((HttpStatusCode.SeeOther, "/faults?theme=dark"), (right.StatusCode, right.Headers.Location!.ToString()));
        var cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Secret, cookie, StringComparison.Ordinal);
        var name = cookie.Split(';')[0];
        foreach (var path in (string[])["/faults", "/api/cluster", "/_framework/blazor.web.js"])
            Assert.Equal(HttpStatusCode.OK, (await SendAsync("GET", path, cookie: name)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET", "/api/cluster", cookie: name + "0")).StatusCode);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("http://evil.example")]
    [InlineData("/a\r\nSet-Cookie: x=y")]
    [InlineData("")]
    public async Task It_never_leads_to_another_site(string back) => Assert.Equal("/", (await SignInAsync(Secret, back)).Headers.Location!.ToString());

    [Fact]
    public async Task What_somebody_put_into_the_address_does_not_become_part_of_the_page()
    {
        var page = await (await SendAsync("GET", "/sign-in?back=" + Uri.EscapeDataString("/\"><script>alert(1)</script>"))).Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_many_wrong_tries_on_page_or_by_script_it_makes_one_wait()
    {
        for (var i = 0; i < GuardedSecret.MostWrong; i += 2)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync($"wrong-{i}")).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("GET", "/api/cluster", bearer: $"wrong-{i}")).StatusCode);
        }

        foreach (var answer in new[] { await SignInAsync(Secret), await SendAsync("GET", "/api/cluster", bearer: Secret) })
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
            Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        }
    }

    [Theory]
    [InlineData("{\"storage\":\"sqlite:/tmp/evil/\"}", "storage")]
    [InlineData("{\"storage\":\"redis:evil.example:6379\"}", "storage")]
    [InlineData("{\"storageOf\":{\"leader\":\"postgres://a:b@evil.example/x\"}}", "storageOf.leader")]
    public async Task Where_a_storage_lies_is_nobody_elses_choice(string body, string field)
    {
        var answer = await SendAsync("PUT", "/api/cluster/storage", Json(body), Secret);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("errors");
        Assert.Equal(field, Assert.Single(errors.EnumerateObject()).Name);
        // A kind alone gets past this, to who answers that the nodes are not his.
        Assert.Equal(HttpStatusCode.Conflict, (await SendAsync("PUT", "/api/cluster/storage", Json("{\"storage\":\"sqlite\"}"), Secret)).StatusCode);
    }

    [Fact]
    public async Task Followers_are_added_and_removed_so_often_within_a_minute_and_not_more()
    {
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 40; i++) statuses.Add((await SendAsync("POST", "/api/cluster/followers", bearer: Secret)).StatusCode);
        Assert.Equal(30, statuses.Count(s => s == HttpStatusCode.Conflict));
        Assert.Equal(10, statuses.Count(s => s == HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task Even_with_the_secret_the_token_is_told_on_loopback_only_and_foreign_names_are_refused()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync("GET", "/api/cluster/token", bearer: Secret)).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.Host = "evil.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
        using var byAddress = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        byAddress.Headers.Host = "192.168.1.20:5080";
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(byAddress, TestContext.Current.CancellationToken)).StatusCode);
    }
}
