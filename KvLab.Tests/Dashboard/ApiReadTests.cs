using System.Net;
using System.Text.Json;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Component")]
public sealed class ApiReadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_cluster_has_its_nodes_with_id_role_url_pid_and_state()
    {
        var cluster = (await api.SendAsync("GET", "/api/cluster")).Body;
        Assert.Equal("external", cluster.GetProperty("mode").GetString());
        var node = cluster.GetProperty("nodes")[0];
        Assert.Equal(("leader", "leader", "http://127.0.0.1:1", "running"),
            (node.GetProperty("id").GetString(), node.GetProperty("role").GetString(), node.GetProperty("url").GetString(), node.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Events_come_newest_first_and_restricted_as_asked()
    {
        var all = (await api.SendAsync("GET", "/api/events")).Body;
        Assert.Equal([3, 2, 1], all.EnumerateArray().Select(e => e.GetProperty("sequence").GetInt32()));
        var refused = (await api.SendAsync("GET", "/api/events?node=follower-1&kind=entry_refused&key=k1&text=older&limit=5")).Body;
        Assert.Equal("entry_refused", Assert.Single(refused.EnumerateArray()).GetProperty("kind").GetString());
        Assert.Empty((await api.SendAsync("GET", "/api/events?node=follower-2")).Body.EnumerateArray());
        Assert.Single((await api.SendAsync("GET", "/api/events?limit=1")).Body.EnumerateArray());
    }

    [Theory]
    [InlineData("application/x-ndjson", "application/x-ndjson")]
    [InlineData("text/csv", "text/csv")]
    [InlineData("application/json", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html, application/x-ndjson;q=0.9, */*;q=0.1", "application/x-ndjson")]
    public async Task Accept_chooses_the_format(string accept, string type) =>
        Assert.Equal(type, (await api.SendAsync("GET", "/api/events", headers: ("Accept", accept))).Type);

    [Fact]
    public async Task Telemetry_counts_per_node()
    {
        var telemetry = (await api.SendAsync("GET", "/api/telemetry")).Body;
        var row = telemetry.GetProperty("nodes").EnumerateArray().Single(n => n.GetProperty("id").GetString() == "follower-1");
        Assert.Equal((3, 0, 0), (row.GetProperty("received").GetInt32(), row.GetProperty("gaps").GetInt32(), row.GetProperty("dropped").GetInt32()));
    }

    [Fact]
    public async Task Health_answers_while_nodes_are_awaited() =>
        Assert.Equal((HttpStatusCode.OK, 2), await HealthAsync());

    private async Task<(HttpStatusCode, int)> HealthAsync()
    {
        var (status, body, _) = await api.SendAsync("GET", "/health");
        return (status, body.GetProperty("nodesRunning").GetInt32());
    }

    [Fact]
    public async Task A_ledger_without_promises_is_empty_and_knows_no_write()
    {
        var ledger = (await api.SendAsync("GET", "/api/durability?limit=5")).Body;
        Assert.Equal((0, 0), (ledger.GetProperty("acknowledged").GetInt32(), ledger.GetProperty("lostWrites").GetArrayLength()));
        var (status, problem, type) = await api.SendAsync("GET", "/api/durability/1/99");
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (status, type));
        Assert.StartsWith("No client was told that version 99 of epoch 1 succeeded", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("GET", "/api/durability?limit=0")).Status);
    }

    [Fact]
    public async Task Availability_states_the_rule_beside_its_seconds()
    {
        var availability = (await api.SendAsync("GET", "/api/availability")).Body;
        Assert.Equal(("success", 1, 0),
            (availability.GetProperty("verdict").GetString(), availability.GetProperty("followers").GetInt32(), availability.GetProperty("seconds").GetArrayLength()));
    }

    [Fact]
    public async Task The_description_names_every_call()
    {
        var paths = (await api.SendAsync("GET", "/openapi/v1.json")).Body.GetProperty("paths");
        string[] expected =
        [
            "/api/cluster", "/api/cluster/settings", "/api/cluster/nodes/{id}/kill", "/api/cluster/nodes/{id}/start", "/api/cluster/followers",
            "/api/cluster/followers/{id}", "/api/cluster/reset", "/api/cluster/token", "/api/convergence", "/api/demos/out-of-order", "/api/writes",
            "/api/bursts", "/api/bursts/{id}", "/api/bursts/{id}/cancel", "/api/events", "/api/telemetry", "/health",
            "/api/durability", "/api/durability/{epoch}/{version}", "/api/availability",
            "/api/drills/durability",
        ];
        Assert.Empty(expected.Except(paths.EnumerateObject().Select(p => p.Name)));
        var write = paths.GetProperty("/api/writes").GetProperty("post");
        Assert.Equal(JsonValueKind.Object, write.GetProperty("requestBody").ValueKind);
        Assert.True(write.GetProperty("responses").TryGetProperty("400", out _));
    }

    [Fact]
    public async Task The_reference_can_be_browsed_without_a_network()
    {
        var page = await api.Http.GetStringAsync("/scalar/", TestContext.Current.CancellationToken);
        Assert.DoesNotContain("https://", page.Replace("https://www.w3.org", ""));
        using var script = await api.Http.GetAsync("/scalar/scalar.js", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    [Theory]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    public async Task What_the_pages_need_is_served_from_here(string path)
    {
        using var answer = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
