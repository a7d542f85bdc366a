using System.Net;
using System.Text.Json;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Component")]
public sealed class ApiBadInputTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly string Deep = string.Concat(Enumerable.Repeat("[", 70)) + string.Concat(Enumerable.Repeat("]", 70));

    /// <summary>Method, path, body, expected status, the field that the answer must name.</summary>
    public static TheoryData<string, string, string, int, string> WrongBodies => new()
    {
        { "POST", "/api/writes", "", 400, "body" },
        { "POST", "/api/writes", "no json", 400, "body" },
        { "POST", "/api/writes", "[1]", 400, "body" },
        { "POST", "/api/writes", "null", 400, "body" },
        { "POST", "/api/writes", "{\"value\":1}", 400, "key" },
        { "POST", "/api/writes", "{\"key\":\"a\"}", 400, "value" },
        { "POST", "/api/writes", "{\"key\":7,\"value\":1}", 400, "key" },
        { "POST", "/api/writes", "{\"key\":\"\",\"value\":1}", 400, "key" },
        { "POST", "/api/writes", "{\"key\":\"a\\u0001\",\"value\":1}", 400, "key" },
        { "POST", "/api/writes", $"{{\"key\":\"{new string('k', 513)}\",\"value\":1}}", 400, "key" },
        { "POST", "/api/writes", $"{{\"key\":\"a\",\"value\":\"{new string('v', 65 * 1024)}\"}}", 413, "value" },
        { "POST", "/api/writes", $"{{\"key\":\"a\",\"value\":\"{new string('v', 200 * 1024)}\"}}", 413, "body" },
        { "POST", "/api/writes", $"{{\"key\":\"a\",\"value\":{Deep}}}", 400, "body" },
        { "POST", "/api/writes", "{\"key\":\"a\",\"value\":1,\"version\":3}", 400, "version" },
        { "POST", "/api/writes", "{\"key\":\"a\",\"key\":\"b\",\"value\":1}", 400, "key" },
        { "PATCH", "/api/cluster/settings", "{\"writeQuorum\":\"3\"}", 400, "writeQuorum" },
        { "PATCH", "/api/cluster/settings", "{\"writeQuorum\":1.5}", 400, "writeQuorum" },
        { "PATCH", "/api/cluster/settings", "{\"writeQuorums\":3}", 400, "writeQuorums" },
        { "PATCH", "/api/cluster/settings", "{\"minDelayMs\":\"fast\"}", 400, "minDelayMs" },
        { "PATCH", "/api/cluster/settings", "{\"distribution\":\"normal\"}", 400, "distribution" },
        { "PATCH", "/api/cluster/settings", "{\"versioning\":true}", 400, "versioning" },
        { "PATCH", "/api/cluster/settings", "{\"delivery\":\"twice\"}", 400, "delivery" },
        { "PATCH", "/api/cluster/settings", "{\"seed\":1e40}", 400, "seed" },
        { "POST", "/api/bursts", "{\"writes\":0,\"concurrency\":1,\"keys\":1}", 400, "writes" },
        { "POST", "/api/bursts", "{\"writes\":1000001,\"concurrency\":1,\"keys\":1}", 400, "writes" },
        { "POST", "/api/bursts", "{\"writes\":1,\"concurrency\":201,\"keys\":1}", 400, "concurrency" },
        { "POST", "/api/bursts", "{\"writes\":1,\"concurrency\":1,\"keys\":100001}", 400, "keys" },
        { "POST", "/api/bursts", "{\"writes\":1,\"concurrency\":1}", 400, "keys" },
        { "POST", "/api/bursts", "{\"writes\":\"many\",\"concurrency\":1,\"keys\":1}", 400, "writes" },
        { "POST", "/api/bursts", "{\"writes\":1,\"concurrency\":1,\"keys\":1,\"speed\":2}", 400, "speed" },
        { "POST", "/api/demos/out-of-order", "{\"follower\":3}", 400, "follower" },
        { "POST", "/api/demos/out-of-order", "{\"node\":\"follower-1\"}", 400, "node" },
        { "POST", "/api/drills/durability", "{}", 400, "writeQuorum" },
        { "POST", "/api/drills/durability", "{\"writeQuorum\":0}", 400, "writeQuorum" },
        { "POST", "/api/drills/durability", "{\"writeQuorum\":\"all\"}", 400, "writeQuorum" },
        { "POST", "/api/drills/durability", "{\"writeQuorum\":1,\"kill\":\"leader\"}", 400, "kill" },
        { "POST", "/api/cluster/reset", "{\"really\":true}", 400, "really" },
        { "POST", "/api/cluster/reset", "{\"scope\":\"settings\"}", 400, "scope" },
        { "POST", "/api/cluster/reset", "{\"scope\":1}", 400, "scope" },
        { "POST", "/api/cluster/followers", "{\"count\":2}", 400, "count" },
        { "PUT", "/api/cluster/links/follower-1", "{\"mode\":\"closed\"}", 400, "mode" },
        { "PUT", "/api/cluster/links/follower-1", "{\"request\":{\"lossPercent\":101}}", 400, "request.lossPercent" },
        { "PUT", "/api/cluster/links/follower-1", "{\"request\":{\"loss\":1}}", 400, "request.loss" },
        { "PUT", "/api/cluster/nodes/follower-1/faults", "{\"slowMs\":-1}", 400, "slowMs" },
        { "PUT", "/api/cluster/nodes/follower-1/faults", "{\"clockSkewMs\":1.5}", 400, "clockSkewMs" },
        { "PUT", "/api/cluster/nodes/follower-1/faults", "{\"frozen\":true}", 400, "frozen" },
        { "POST", "/api/cluster/partition", "{}", 400, "followers" },
        { "POST", "/api/cluster/partition", "{\"followers\":\"follower-1\"}", 400, "followers" },
        { "POST", "/api/cluster/partition", "{\"followers\":[\"nobody\"]}", 400, "followers" },
        { "POST", "/api/cluster/nodes/follower-1/freeze", "{\"ms\":5}", 400, "ms" },
        { "POST", "/api/scenarios", "{}", 400, "name" },
        { "POST", "/api/scenarios", "{\"name\":\"freeze\",\"text\":\"# T\"}", 400, "name" },
        { "POST", "/api/scenarios", "{\"text\":\"# T\\n> kil leader\"}", 400, "text" },
        { "POST", "/api/scenarios", "{\"story\":\"freeze\"}", 400, "story" },
        { "POST", "/api/chaos", "{\"faults\":0}", 400, "faults" },
        { "POST", "/api/scenarios", $"{{\"text\":\"# T{string.Concat(Enumerable.Repeat("\\n> wait 60000 ms", 11))}\"}}", 400, "text" },
        { "POST", "/api/cluster/partition", $"{{\"followers\":[{string.Join(",", Enumerable.Repeat("\"x\"", 300))}]}}", 400, "followers" },
        { "POST", "/api/chaos", "{\"seed\":\"x\"}", 400, "seed" },
        { "POST", "/api/chaos", "{\"writeQuorum\":9}", 400, "writeQuorum" },
        { "POST", "/api/chaos", "{\"speed\":9}", 400, "speed" },
    };

    [Theory]
    [MemberData(nameof(WrongBodies))]
    public async Task A_wrong_body_is_answered_with_the_fields_name_and_changes_nothing(string method, string path, string body, int status, string field)
    {
        var before = api.State.Current.Revision;
        var answer = await api.SendAsync(method, path, body);
        Assert.Equal((status, "application/problem+json"), ((int)answer.Status, answer.Type));
        Assert.Contains(field, answer.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name));
        Assert.Contains(field, answer.Body.GetProperty("detail").GetString());
        Assert.Equal(before, api.State.Current.Revision);
    }

    [Fact]
    public async Task Every_wrong_field_is_named_at_once()
    {
        var answer = await api.SendAsync("POST", "/api/bursts", "{\"writes\":0,\"concurrency\":0,\"keys\":\"x\",\"more\":1}");
        Assert.Equal(["concurrency", "keys", "more", "writes"], answer.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order());
    }

    [Theory]
    [InlineData("/api/events?limit=0", "limit")]
    [InlineData("/api/events?limit=50001", "limit")]
    [InlineData("/api/events?limit=ten", "limit")]
    [InlineData("/api/events?kind=nonsense", "kind")]
    [InlineData("/api/events?nod=leader", "nod")]
    [InlineData("/api/events?key=a&key=b", "key")]
    [InlineData("/api/writes?limit=501", "limit")]
    [InlineData("/api/writes?offset=5", "offset")]
    public async Task A_wrong_query_is_answered_with_the_parameters_name(string path, string parameter)
    {
        var answer = await api.SendAsync("GET", path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(parameter, answer.Body.GetProperty("errors").EnumerateObject().Select(e => e.Name));
    }

    [Theory]
    [InlineData("POST", "/api/writes", "text/plain", "text/plain")]
    [InlineData("POST", "/api/bursts", "application/x-www-form-urlencoded", "application/x-www-form-urlencoded")]
    [InlineData("PATCH", "/api/cluster/settings", "", "sent without a type")]
    [InlineData("POST", "/api/cluster/reset", "text/plain", "text/plain")]
    [InlineData("POST", "/api/experiments", "text/csv", "text/csv")]
    public async Task Only_json_changes_anything_and_the_answer_says_so(string method, string path, string type, string was)
    {
        var answer = await api.SendAsync(method, path, "{}", type);
        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "application/problem+json"), (answer.Status, answer.Type));
        Assert.StartsWith($"The body must be sent as Content-Type: application/json, but is {was}", answer.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/bursts/burst-99")]
    [InlineData("DELETE", "/api/bursts/burst-99")]
    [InlineData("POST", "/api/bursts/burst-99/cancel")]
    [InlineData("GET", "/api/nothing")]
    public async Task What_is_not_there_is_a_404_with_words(string method, string path)
    {
        var answer = await api.SendAsync(method, path);
        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (answer.Status, answer.Type));
        Assert.NotEmpty(answer.Body.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_wrong_method_says_which_are_allowed()
    {
        var answer = await api.SendAsync("PUT", "/api/bursts", "{}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.Contains("GET", answer.Body.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_page_of_another_site_cannot_change_the_cluster(string header, string value) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await api.SendAsync("POST", "/api/cluster/reset", null, headers: (header, value))).Status);

    [Fact]
    public async Task A_foreign_host_name_is_refused() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync("GET", "/api/cluster", headers: ("Host", "evil.example"))).Status);

    [Theory]
    [InlineData("POST", "/api/cluster/followers")]
    [InlineData("POST", "/api/cluster/nodes/leader/kill")]
    public async Task A_dashboard_that_did_not_start_the_nodes_says_so(string method, string path)
    {
        var answer = await api.SendAsync(method, path);
        Assert.Contains(answer.Status, new[] { HttpStatusCode.Conflict, HttpStatusCode.NotFound });
        Assert.Equal(JsonValueKind.String, answer.Body.GetProperty("detail").ValueKind);
    }

    [Fact]
    public async Task Without_a_leader_a_write_is_a_503_with_words()
    {
        var answer = await api.SendAsync("POST", "/api/writes", "{\"key\":\"a\",\"value\":1}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("No leader is known yet", answer.Body.GetProperty("detail").GetString());
    }
}
