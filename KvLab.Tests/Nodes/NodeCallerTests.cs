using System.Net;
using System.Text;
using KvLab.Nodes.Options;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>A page of another site can reach a node only through somebody's browser, and browsers say so; scripts and curl go on working.</summary>
[Trait("Category", "Component")]
public sealed class NodeCallerTests : IAsyncLifetime
{
    private const string Write = """{"key":"k","value":1}""";
    private NodeFixture _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await NodeFixture.StartAsync();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    private static ByteArrayContent Body(string text, string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private async Task AssertEmptyAsync() => Assert.Equal("{}", (await NodeHttp.GetAsync(_nodes.Leader + "/dump")).Text);

    [Theory]
    [InlineData("/write", "Origin", "http://evil.example", "text/plain")]
    [InlineData("/write", "Origin", "null", null)]
    [InlineData("/write", "Origin", "http://127.0.0.1:5080", "application/x-www-form-urlencoded")]
    [InlineData("/write", "Sec-Fetch-Site", "cross-site", null)]
    [InlineData("/clear", "Origin", "http://evil.example", null)]
    [InlineData("/internal/promote", "Origin", "http://evil.example", "text/plain")]
    [InlineData("/internal/replicate", "Origin", "http://evil.example", "text/plain")]
    [InlineData("/internal/seal", "Origin", "http://evil.example", "text/plain")]
    public async Task A_foreign_page_changes_nothing(string path, string header, string value, string? type)
    {
        var answer = await NodeHttp.SendAsync(HttpMethod.Post, _nodes.Leader + path, Body(Write, type), r => r.Headers.TryAddWithoutValidation(header, value));
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("another site", answer.Detail);
        await AssertEmptyAsync();
    }

    [Theory]
    [InlineData("GET", "/dump")]
    [InlineData("GET", "/read/k")]
    [InlineData("GET", "/health")]
    [InlineData("GET", "/internal/status")]
    [InlineData("POST", "/write")]
    [InlineData("GET", "/nothing")]
    public async Task Under_a_foreign_name_nothing_is_told_and_nothing_done(string method, string path)
    {
        var answer = await NodeHttp.SendAsync(new HttpMethod(method), _nodes.Leader + path, method == "POST" ? Body(Write, "application/json") : null, r => r.Headers.Host = "evil.example");
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("evil.example", answer.Detail);
        await AssertEmptyAsync();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/plain;charset=UTF-8")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/xml")]
    [InlineData("nonsense")]
    public async Task A_body_that_says_it_is_no_JSON_is_415(string type)
    {
        foreach (var (method, path) in new[] { ("POST", "/write"), ("PATCH", "/config"), ("PUT", "/internal/followers"), ("PUT", "/internal/faults") })
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await NodeHttp.SendAsync(new HttpMethod(method), _nodes.Leader + path, Body(Write, type), _ => { })).Status);
        await AssertEmptyAsync();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/vnd.lab+json")]
    [InlineData(null)]
    // What curl -d says where nobody told it otherwise.
    [InlineData("application/x-www-form-urlencoded")]
    public async Task Scripts_and_curl_write_whatever_they_say_of_their_JSON(string? type)
    {
        Assert.Equal(HttpStatusCode.OK, (await NodeHttp.SendAsync(HttpMethod.Post, _nodes.Leader + "/write", Body(Write, type), _ => { })).Status);
        Assert.Equal(HttpStatusCode.OK, (await NodeHttp.SendAsync(HttpMethod.Get, _nodes.Leader + "/read/k", null, r => r.Headers.Host = "localhost:8000")).Status);
    }

    [Fact]
    public async Task A_node_answers_under_the_names_that_it_was_given_and_under_its_own_address()
    {
        var options = NodeOptionsReader.Read(["--role=follower", "--port=0", "--node-url=http://follower-7:8007", "--allowed-hosts=lab.example,*.lab.example"], _ => null, out _)!;
        await using var host = new NodeHost(options);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var port = host.BoundPort;
        foreach (var (name, status) in new[]
        {
            ("follower-7:8007", HttpStatusCode.OK), ("lab.example", HttpStatusCode.OK), ("a.lab.example", HttpStatusCode.OK), (Environment.MachineName, HttpStatusCode.OK),
            ("evil.example", HttpStatusCode.BadRequest), ("192.168.7.7", HttpStatusCode.BadRequest),
        })
            Assert.Equal((name, status), (name, (await NodeHttp.SendAsync(HttpMethod.Get, $"http://127.0.0.1:{port}/health", null, r => r.Headers.Host = name)).Status));
    }

    [Theory]
    [InlineData("POST", "/write")]
    [InlineData("GET", "/read/k")]
    [InlineData("GET", "/dump")]
    [InlineData("GET", "/config")]
    [InlineData("POST", "/clear")]
    public async Task Where_other_machines_reach_a_node_clients_need_the_token_too_unless_they_are_let_in(string method, string path)
    {
        foreach (var (access, needsToken) in new (ClientAccess?, bool)[] { (null, true), (ClientAccess.Token, true), (ClientAccess.Open, path == "/clear") })
        {
            await using var host = new NodeHost(new NodeOptions
            {
                Role = NodeRole.Leader,
                NodeId = "leader",
                Host = IPAddress.Any,
                ClusterToken = "a-secret",
                ClientAccess = access,
                Settings = new() { WriteQuorum = 0 },
            });
            await host.StartAsync(TestContext.Current.CancellationToken);
            await host.Ready;
            var url = $"http://127.0.0.1:{host.BoundPort}{path}";
            var body = method == "POST" ? Write : null;
            Assert.Equal(needsToken, (await NodeHttp.SendAsync(new HttpMethod(method), url, body)).Status == HttpStatusCode.Unauthorized);
            Assert.NotEqual(HttpStatusCode.Unauthorized, (await NodeHttp.SendAsync(new HttpMethod(method), url, body, "a-secret")).Status);
            Assert.Equal(HttpStatusCode.OK, (await NodeHttp.GetAsync($"http://127.0.0.1:{host.BoundPort}/health")).Status);
        }
    }
}
