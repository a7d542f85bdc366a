using System.Net;
using System.Net.Http.Headers;
using System.Text;
using KvLab.Tests.Dashboard;
using KvLab.Tests.Nodes;
using Xunit;

namespace KvLab.Tests.Callers;

/// <summary>Bodies without a length: read like any other, and a wrong one is the sender's mistake.</summary>
[Trait("Category", "Component")]
public sealed class BrokenChunkTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string[] Sizes = ["ffffffffffffffff", "ffffffff", "7fffffffffffffff", "-1", "zz", ""];

    [Fact]
    public async Task On_the_dashboard_a_size_that_is_no_size_is_400()
    {
        foreach (var (method, path) in new[]
        {
            ("POST", "/api/writes"), ("POST", "/api/demos/out-of-order"), ("POST", "/api/cluster/reset"), ("PUT", "/api/cluster/storage"), ("POST", "/api/experiments/import"),
            ("PATCH", "/api/cluster/settings"),
        })
            foreach (var size in Sizes)
                Assert.Equal((path, size, 400), (path, size, await RawRequests.BrokenChunkAsync(api.Host.Url, method, path, "application/json", size)));
    }

    [Fact]
    public async Task On_a_node_too()
    {
        await using var nodes = await NodeFixture.StartAsync();
        foreach (var (method, path) in new[] { ("POST", "/write"), ("PATCH", "/config"), ("PUT", "/internal/followers"), ("POST", "/internal/seal"), ("POST", "/internal/promote") })
            foreach (var size in Sizes)
                Assert.Equal((path, size, 400), (path, size, await RawRequests.BrokenChunkAsync(nodes.Leader, method, path, "application/json", size)));
    }

    [Theory]
    [InlineData("POST", "/api/demos/out-of-order")]
    [InlineData("POST", "/api/cluster/reset")]
    [InlineData("POST", "/api/cluster/failover")]
    [InlineData("POST", "/api/cluster/nodes/leader/start")]
    [InlineData("POST", "/api/cluster/nodes/leader/kill")]
    [InlineData("POST", "/api/experiments/none/cancel")]
    [InlineData("POST", "/api/bursts/none/cancel")]
    public async Task A_body_in_chunks_is_read_where_none_is_needed(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes("{\"nonsense\":1}"))) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TransferEncodingChunked = true;
        using var answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("nonsense", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "script-src 'self'")]
    [InlineData("/experiments", "frame-ancestors 'self'")]
    [InlineData("/api/cluster", "default-src 'none'")]
    [InlineData("/api/experiments/none/report", "default-src 'none'")]
    [InlineData("/api/experiments/none/figures/x.svg", "default-src 'none'")]
    [InlineData("/scalar", "script-src 'self' 'unsafe-inline'")]
    [InlineData("/health", "default-src 'self'")]
    [InlineData("/css/page.css", "default-src 'self'")]
    public async Task Every_answer_says_what_a_browser_may_do_with_it(string path, string policy)
    {
        using var answer = await api.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains(policy, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }
}
