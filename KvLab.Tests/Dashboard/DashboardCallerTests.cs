using System.Net;
using System.Net.WebSockets;
using KvLab.Core.Events;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>What a page of another site may not do with the dashboard, beside its REST API (ApiBadInputTests).</summary>
[Trait("Category", "Component")]
public sealed class DashboardCallerTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("POST", TelemetryContract.HubPath + "/negotiate?negotiateVersion=1")]
    [InlineData("GET", "/_blazor")]
    [InlineData("GET", "/api/cluster")]
    [InlineData("GET", "/")]
    public async Task A_foreign_origin_is_refused_everywhere(string method, string path)
    {
        foreach (var origin in (string[])["http://evil.example", "null", "http://127.0.0.1:8000"])
            Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync(method, path, headers: ("Origin", origin))).Status);
    }

    [Theory]
    [InlineData("/_blazor")]
    [InlineData(TelemetryContract.HubPath)]
    public async Task A_foreign_page_gets_no_WebSocket_and_the_own_page_does(string path)
    {
        var address = new UriBuilder(api.Host.Url) { Scheme = "ws", Path = path }.Uri;
        using var own = new ClientWebSocket();
        own.Options.SetRequestHeader("Origin", api.Host.Url);
        await own.ConnectAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal(WebSocketState.Open, own.State);

        using var foreign = new ClientWebSocket();
        foreign.Options.CollectHttpResponseDetails = true;
        foreign.Options.SetRequestHeader("Origin", "http://evil.example");
        await Assert.ThrowsAsync<WebSocketException>(() => foreign.ConnectAsync(address, TestContext.Current.CancellationToken));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.HttpStatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/_blazor")]
    [InlineData(TelemetryContract.HubPath)]
    [InlineData("/openapi/v1.json")]
    public async Task Under_a_foreign_name_nothing_is_told(string path) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("GET", path, headers: ("Host", "evil.example"))).Status);

    [Fact]
    public async Task Whoever_calls_it_by_a_foreign_name_is_told_its_names_and_the_setting()
    {
        var problem = await api.SendAsync("GET", "/api/cluster", headers: ("Host", "evil.example"));
        var detail = problem.Body.GetProperty("detail").GetString()!;
        Assert.All((string[])["evil.example", "localhost", Environment.MachineName, "--AllowedHosts"], word => Assert.Contains(word, detail, StringComparison.Ordinal));

        var page = await ReadAsync("/", ("Host", "evil.example"), ("Accept", "text/html"));
        Assert.Equal((HttpStatusCode.BadRequest, "text/html"), (page.Status, page.Type));
        Assert.All((string[])["<h1>", "evil.example", "<code>localhost</code>", "--AllowedHosts evil.example"], word => Assert.Contains(word, page.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_address_is_answered_by_a_page_where_a_page_was_asked_for()
    {
        var page = await ReadAsync("/no/such", ("Accept", "text/html,*/*"));
        Assert.Equal((HttpStatusCode.NotFound, "text/html"), (page.Status, page.Type));
        Assert.Contains("blazor.web.js", page.Text, StringComparison.Ordinal);
        var plain = await ReadAsync("/css/no-such.css", ("Accept", "text/css,*/*;q=0.1"));
        Assert.Equal((HttpStatusCode.NotFound, ""), (plain.Status, plain.Text));
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync("GET", "/api/no-such", headers: ("Accept", "text/html"))).Status);
    }

    private async Task<(HttpStatusCode Status, string? Type, string Text)> ReadAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_link_on_another_site_may_lead_here() =>
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("GET", "/api/cluster", headers: ("Sec-Fetch-Site", "cross-site"))).Status);
}
