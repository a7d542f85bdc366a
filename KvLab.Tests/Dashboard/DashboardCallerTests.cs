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
    public async Task A_link_on_another_site_may_lead_here() =>
        Assert.Equal(HttpStatusCode.OK, (await api.SendAsync("GET", "/api/cluster", headers: ("Sec-Fetch-Site", "cross-site"))).Status);
}
