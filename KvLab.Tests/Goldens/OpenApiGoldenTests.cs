using System.Text.Json.Nodes;
using KvLab.Nodes.Options;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Tests.Dashboard;
using Xunit;

namespace KvLab.Tests.Goldens;

/// <summary>What programs of others rely on: both descriptions stay as they were, member by member and in their order.</summary>
[Trait("Category", "Component")]
public sealed class OpenApiGoldenTests(ApiFixture dashboard) : IClassFixture<ApiFixture>
{
    private const string Document = "/openapi/v1.json";

    [Fact]
    public async Task The_dashboard_describes_its_REST_as_before() => Check("openapi-dashboard.json", await ReadAsync(dashboard.Host.Url));

    [Fact]
    public async Task A_node_describes_its_REST_as_before()
    {
        await using var node = new NodeHost(new NodeOptions { Role = NodeRole.Follower, NodeId = "f" });
        await node.StartAsync(TestContext.Current.CancellationToken);
        Check("openapi-node.json", await ReadAsync(node.Url));
    }

    private Task<string> ReadAsync(string url) =>
        dashboard.Http.GetStringAsync(new Uri(url + Document), TestContext.Current.CancellationToken);

    private static void Check(string file, string document) => Golden.Check(file, Sample.Pretty(JsonNode.Parse(document)));
}
