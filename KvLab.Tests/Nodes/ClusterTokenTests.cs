using System.Net;
using System.Text;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

[Trait("Category", "Component")]
public sealed class ClusterTokenTests : IAsyncLifetime
{
    private const string Token = "a-secret";
    private NodeFixture _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await NodeFixture.StartAsync(Token);

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    [Theory]
    [InlineData("POST", "/replicate", "{\"key\":\"k\",\"value\":1,\"version\":1}", HttpStatusCode.OK)]
    [InlineData("POST", "/internal/replicate", "", HttpStatusCode.BadRequest)]
    [InlineData("PATCH", "/config", "{}", HttpStatusCode.OK)]
    [InlineData("POST", "/clear", "", HttpStatusCode.OK)]
    [InlineData("GET", "/internal/status", "", HttpStatusCode.OK)]
    [InlineData("PUT", "/internal/followers", "{}", HttpStatusCode.Forbidden)]
    public async Task Calls_of_the_cluster_need_the_token_in_either_header(string method, string path, string body, HttpStatusCode withToken)
    {
        var none = await SendAsync(null, null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.Status);
        Assert.Contains("X-Cluster-Token", none.Detail);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("X-Cluster-Token", "wrong")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("Authorization", "Bearer wrong")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync("Authorization", "Basic " + Token)).Status);
        Assert.Equal(withToken, (await SendAsync("X-Cluster-Token", Token)).Status);
        Assert.Equal(withToken, (await SendAsync("Authorization", "Bearer " + Token)).Status);

        Task<NodeReply> SendAsync(string? header, string? value) => NodeHttp.SendAsync(
            new HttpMethod(method), _nodes.Follower + path, new StringContent(body, Encoding.UTF8, "application/json"), r =>
            {
                if (header is not null) r.Headers.TryAddWithoutValidation(header, value);
            });
    }

    [Fact]
    public async Task Writing_and_reading_stay_open_and_the_members_know_the_token()
    {
        Assert.Equal("success", (string)(await NodeHttp.PostAsync(_nodes.Leader + "/write", """{"key":"k","value":1}"""))["status"]!);
        foreach (var path in (string[])["/read/k", "/dump", "/health", "/config", "/openapi/v1.json"])
            Assert.Equal(HttpStatusCode.OK, (await NodeHttp.GetAsync(_nodes.Follower + path)).Status);
    }

    [Fact]
    public async Task Only_a_member_is_believed_about_where_the_leader_is()
    {
        await NodeHttp.SendAsync(HttpMethod.Get, _nodes.Follower + "/dump", null, r => r.Headers.Add("X-Leader-Url", "http://evil:1"));
        Assert.Equal(_nodes.Leader, (string)(await NodeHttp.GetAsync(_nodes.Follower + "/health"))["leader"]!);
    }
}
