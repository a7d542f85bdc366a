using System.Net;
using System.Text.Json.Nodes;
using KvLab.Nodes.Options;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>The REST table of protocol.md, call by call.</summary>
[Trait("Category", "Component")]
public sealed class RestTests : IAsyncLifetime
{
    private NodeFixture _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await NodeFixture.StartAsync();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    private Task<NodeReply> WriteAsync(string body) => NodeHttp.PostAsync(_nodes.Leader + "/write", body);

    private Task<NodeReply> ReplicateAsync(string fields) => NodeHttp.PostAsync(_nodes.Follower + "/replicate", $$"""{"key":"k","value":"v",{{fields}}}""");

    [Fact]
    public async Task A_write_answers_with_its_version_and_the_acks_that_it_waited_for()
    {
        var answer = await WriteAsync("""{"key":"user:1:name","value":"Alice"}""");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("""["status","key","version","epoch","acks","required","elapsed_ms","note"]""",
            new JsonArray([.. answer.Body!.AsObject().Select(f => JsonValue.Create(f.Key))]).ToJsonString());
        Assert.Equal("success", (string)answer["status"]!);
        Assert.Equal((1, 2, 2), ((long)answer["version"]!, (int)answer["acks"]!, (int)answer["required"]!));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("1.50")]
    [InlineData("12345678901234567890123")]
    [InlineData("\"é 漢 \\\" \\\\ \\n\"")]
    [InlineData("[]")]
    [InlineData("{\"a\":{\"b\":[1,2,{\"c\":null}]}}")]
    public async Task Any_JSON_value_comes_back_as_it_was_written_from_every_replica(string value)
    {
        await WriteAsync($$"""{"key":"k","value":{{value}}}""");
        foreach (var node in (string[])[_nodes.Leader, _nodes.Follower])
            Assert.Contains($"\"value\":{value},", (await NodeHttp.GetAsync(node + "/read/k")).Text);
    }

    [Fact]
    public async Task The_largest_value_and_the_longest_key_are_accepted()
    {
        var key = new string('k', 512);
        var value = "\"" + new string('x', 64 * 1024 - 2) + "\"";
        Assert.Equal(HttpStatusCode.OK, (await WriteAsync($$"""{"key":"{{key}}","value":{{value}}}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await NodeHttp.GetAsync($"{_nodes.Follower}/read/{key}")).Status);
        var deep = new string('[', 63) + new string(']', 63);
        Assert.Equal(HttpStatusCode.OK, (await WriteAsync($$"""{"key":"deep","value":{{deep}}}""")).Status);
    }

    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a b+c", "a%20b+c")]
    [InlineData("é?#", "%C3%A9%3F%23")]
    public async Task A_key_is_read_by_its_percent_encoded_name(string key, string path)
    {
        await WriteAsync(new JsonObject { ["key"] = key, ["value"] = 1 }.ToJsonString());
        var answer = await NodeHttp.GetAsync($"{_nodes.Leader}/read/{path}");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(key, (string)answer["key"]!);
        Assert.Equal("leader", (string)answer["node"]!);
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a/../b")]
    [InlineData("/read/x")]
    [InlineData("a b+c&d")]
    public async Task A_key_that_no_path_can_say_is_read_by_query(string key)
    {
        await WriteAsync(new JsonObject { ["key"] = key, ["value"] = 1 }.ToJsonString());
        foreach (var node in (string[])[_nodes.Leader, _nodes.Follower])
            Assert.Equal(key, (string)(await NodeHttp.GetAsync($"{node}/read?key={Uri.EscapeDataString(key)}"))["key"]!);
    }

    [Theory]
    [InlineData("/read")]
    [InlineData("/read?key=")]
    [InlineData("/read?key=a&key=b")]
    public async Task One_key_must_be_named(string path)
    {
        var answer = await NodeHttp.GetAsync(_nodes.Leader + path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["key"], answer.Fields);
    }

    [Fact]
    public async Task A_key_that_is_not_held_is_404_with_a_sentence()
    {
        var answer = await NodeHttp.GetAsync(_nodes.Leader + "/read/nothing");
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Contains("nothing", answer.Detail);
    }

    [Fact]
    public async Task A_write_to_a_follower_is_403_and_says_where_the_leader_is()
    {
        var answer = await NodeHttp.PostAsync(_nodes.Follower + "/write", """{"key":"k","value":1}""");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal(_nodes.Leader, (string)answer["leader"]!);
    }

    [Fact]
    public async Task A_replication_to_the_leader_is_403() => Assert.Equal(HttpStatusCode.Forbidden,
        (await NodeHttp.PostAsync(_nodes.Leader + "/replicate", """{"key":"k","value":1,"version":1}""")).Status);

    [Fact]
    public async Task Newer_is_applied_older_is_stale_equal_is_a_duplicate()
    {
        Assert.Equal("""{"status":"success","updated":true}""", (await ReplicateAsync("\"version\":5")).Text);
        Assert.Equal("""{"status":"success","updated":false,"reason":"stale_version","current_version":5}""", (await ReplicateAsync("\"version\":4")).Text);
        Assert.Equal("""{"status":"success","updated":false,"reason":"duplicate","current_version":5}""", (await ReplicateAsync("\"version\":5")).Text);
        Assert.Equal("""{"status":"success","updated":true}""", (await ReplicateAsync("\"version\":9223372036854775807")).Text);
    }

    [Fact]
    public async Task An_older_epoch_is_fenced_with_409_and_without_one_the_current_epoch_is_meant()
    {
        await ReplicateAsync("\"version\":1,\"epoch\":3");
        var fenced = await ReplicateAsync("\"version\":9,\"epoch\":2");
        Assert.Equal(HttpStatusCode.Conflict, fenced.Status);
        Assert.Equal(["epoch"], fenced.Fields);
        Assert.True((bool)(await ReplicateAsync("\"version\":2"))["updated"]!);
        Assert.Equal(3, (long)(await NodeHttp.GetAsync(_nodes.Follower + "/read/k"))["epoch"]!);
    }

    [Fact]
    public async Task In_naive_mode_the_last_arrival_wins_per_message_or_by_the_followers_setting()
    {
        await ReplicateAsync("\"version\":5");
        Assert.True((bool)(await ReplicateAsync("\"version\":4,\"versioning\":\"naive\""))["updated"]!);
        await NodeHttp.SendAsync(HttpMethod.Patch, _nodes.Follower + "/config", """{"versioning":"naive"}""");
        Assert.True((bool)(await ReplicateAsync("\"version\":3"))["updated"]!);
    }

    [Fact]
    public async Task A_dump_holds_every_entry_by_key()
    {
        await WriteAsync("""{"key":"a","value":{"x":1}}""");
        await WriteAsync("""{"key":"b","value":null}""");
        Assert.Equal("""{"a":{"value":{"x":1},"version":1,"epoch":1},"b":{"value":null,"version":2,"epoch":1}}""",
            new JsonObject((await NodeHttp.GetAsync(_nodes.Follower + "/dump")).Body!.AsObject().OrderBy(e => e.Key).Select(e => KeyValuePair.Create(e.Key, e.Value?.DeepClone()))).ToJsonString());
    }

    [Fact]
    public async Task A_dump_of_many_entries_is_whole()
    {
        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => WriteAsync($$"""{"key":"k{{i}}","value":"{{new string('x', 500)}}"}""")));
        Assert.Equal(300, (await NodeHttp.GetAsync(_nodes.Leader + "/dump")).Body!.AsObject().Count);
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_answers_the_whole()
    {
        var answer = await NodeHttp.SendAsync(HttpMethod.Patch, _nodes.Leader + "/config", """{"writeQuorum":1,"distribution":"pareto","maxDelayMs":2.5}""");
        Assert.Equal("""{"writeQuorum":1,"minDelayMs":0,"maxDelayMs":2.5,"distribution":"pareto","seed":42,"replicationTimeoutMs":5000,"versioning":"versioned","delivery":"atLeastOnce","onShortfall":"partial","quorumCountsLeader":false,"hintWindowMs":10000,"hintLimit":1000,"rejoinSync":"incremental","antiEntropyMs":10000,"delayOrigin":0,"followers":2}""", answer.Text);
        Assert.Equal(answer.Text, (await NodeHttp.GetAsync(_nodes.Leader + "/config")).Text);
    }

    [Fact]
    public async Task Health_says_who_it_is_and_how_far()
    {
        await WriteAsync("""{"key":"k","value":1}""");
        var leader = await NodeHttp.GetAsync(_nodes.Leader + "/health");
        Assert.Equal(("leader", "leader", true, 1, 1), ((string)leader["role"]!, (string)leader["node"]!, (bool)leader["ready"]!, (long)leader["lastVersion"]!, (long)leader["keys"]!));
        var follower = await NodeHttp.GetAsync(_nodes.Follower + "/health");
        Assert.Equal(("follower", _nodes.Leader, 1, 1), ((string)follower["role"]!, (string)follower["leader"]!, (long)follower["lastVersion"]!, (long)follower["epoch"]!));
    }

    [Fact]
    public async Task A_node_tells_the_others_the_address_that_it_was_given()
    {
        await using var host = new NodeHost(new NodeOptions { Role = NodeRole.Leader, NodeId = "leader", AdvertisedUrl = "http://leader:8000", Settings = new() { WriteQuorum = 0 } });
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal("http://leader:8000", host.Url);
    }

    [Fact]
    public async Task Clear_empties_a_node_and_versions_go_on()
    {
        await WriteAsync("""{"key":"k","value":1}""");
        foreach (var node in (string[])[_nodes.Leader, _nodes.Follower])
        {
            Assert.Equal(HttpStatusCode.OK, (await NodeHttp.PostAsync(node + "/clear")).Status);
            Assert.Equal("{}", (await NodeHttp.GetAsync(node + "/dump")).Text);
            Assert.Equal(1, (long)(await NodeHttp.GetAsync(node + "/health"))["lastVersion"]!);
        }

        Assert.Equal(2, (long)(await WriteAsync("""{"key":"k","value":1}"""))["version"]!);
    }

    [Fact]
    public async Task Followers_can_be_removed_and_added_while_the_leader_runs()
    {
        await NodeHttp.SendAsync(HttpMethod.Patch, _nodes.Leader + "/config", """{"writeQuorum":1}""");
        var answer = await NodeHttp.SendAsync(HttpMethod.Put, _nodes.Leader + "/internal/followers",
            $$"""{"followers":[{"id":"only","url":"{{_nodes.Follower}}/"}]}""");
        Assert.Equal($$"""{"followers":[{"id":"only","url":"{{_nodes.Follower}}"}]}""", answer.Text);
        Assert.Equal("success", (string)(await WriteAsync("""{"key":"k","value":1}"""))["status"]!);
        Assert.Equal("only", (string)(await NodeHttp.GetAsync(_nodes.Leader + "/internal/status"))["followers"]![0]!["id"]!);
    }

    [Theory]
    [InlineData("GET", "/nothing", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/write", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/health", HttpStatusCode.MethodNotAllowed)]
    public async Task What_is_not_known_is_a_problem_too(string method, string path, HttpStatusCode status)
    {
        var answer = await NodeHttp.SendAsync(new HttpMethod(method), _nodes.Leader + path, null);
        Assert.Equal(status, answer.Status);
        Assert.Contains(path, answer.Detail);
    }

    [Fact]
    public async Task The_OpenAPI_description_names_exactly_the_routes_that_exist_each_with_a_summary()
    {
        var paths = (await NodeHttp.GetAsync(_nodes.Leader + "/openapi/v1.json"))["paths"]!.AsObject();
        var described = paths.SelectMany(p => p.Value!.AsObject().Select(m => $"{m.Key.ToUpperInvariant()} {p.Key}"));
        await using var host = new NodeHost(new NodeOptions { Role = NodeRole.Follower, NodeId = "f" });
        var mapped = host.Routes.Select(r => r.Replace("{**key}", "{key}", StringComparison.Ordinal));
        Assert.Equal(mapped.Order(), described.Order());
        Assert.All(paths.SelectMany(p => p.Value!.AsObject()), m => Assert.NotEmpty((string)m.Value!["summary"]!));
    }
}
