using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>protocol.md: everything that is wrong gets 400 or 413 with a sentence that names the field, and changes nothing.</summary>
[Trait("Category", "Component")]
public sealed class BadInputTests : IAsyncLifetime
{
    private const string Good = "\"key\":\"k\",\"value\":1";
    private NodeFixture _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await NodeFixture.StartAsync();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    private static string Deep(int levels) => new string('[', levels) + new string(']', levels);
    private static string Long(int length) => "\"" + new string('x', length) + "\"";

    /// <summary>Body, status, field.</summary>
    public static TheoryData<string, int, string> Writes => new()
    {
        { "", 400, "body" },
        { "   ", 400, "body" },
        { "{", 400, "body" },
        { "{\"key\":\"k\",\"value\":1}}", 400, "body" },
        { "{\"key\":\"k\",\"value\":01}", 400, "body" },
        { "{'key':'k'}", 400, "body" },
        { "// no\n{}", 400, "body" },
        { "[]", 400, "body" },
        { "\"text\"", 400, "body" },
        { "null", 400, "body" },
        { "{\"value\":1}", 400, "key" },
        { "{\"key\":\"k\"}", 400, "value" },
        { "{\"Key\":\"k\",\"value\":1}", 400, "key" },
        { "{\"key\":null,\"value\":1}", 400, "key" },
        { "{\"key\":1,\"value\":1}", 400, "key" },
        { "{\"key\":[\"k\"],\"value\":1}", 400, "key" },
        { "{\"key\":\"\",\"value\":1}", 400, "key" },
        { $"{{\"key\":{Long(513)},\"value\":1}}", 400, "key" },
        { "{\"key\":\"a\\u0000b\",\"value\":1}", 400, "key" },
        { "{\"key\":\"a\\nb\",\"value\":1}", 400, "key" },
        { "{\"key\":\"a\\u0085b\",\"value\":1}", 400, "key" },
        { "{\"key\":\"\\ud800\",\"value\":1}", 400, "key" },
        { "{\"key\":\"k\",\"value\":\"\\ud800\"}", 400, "value" },
        { $"{{{Good},\"key\":\"k2\"}}", 400, "key" },
        { $"{{{Good},\"value\":2}}", 400, "value" },
        { $"{{\"key\":\"k\",\"value\":{Deep(64)}}}", 400, "body" },
        { $"{{\"key\":\"k\",\"value\":{Deep(5000)}}}", 400, "body" },
        { $"{{\"key\":\"k\",\"value\":{Long(64 * 1024)}}}", 413, "value" },
        { $"{{\"key\":\"k\",\"value\":{Long(200_000)}}}", 413, "body" },
        { $"{{{Good},\"delaysMs\":5}}", 400, "delaysMs" },
        { $"{{{Good},\"delaysMs\":{{\"nobody\":5}}}}", 400, "delaysMs.nobody" },
        { $"{{{Good},\"delaysMs\":{{\"follower-1\":-1}}}}", 400, "delaysMs.follower-1" },
        { $"{{{Good},\"delaysMs\":{{\"follower-1\":60001}}}}", 400, "delaysMs.follower-1" },
        { $"{{{Good},\"delaysMs\":{{\"follower-1\":\"5\"}}}}", 400, "delaysMs.follower-1" },
    };

    public static TheoryData<string, int, string> Replications
    {
        get
        {
            TheoryData<string, int, string> data = new()
            {
                { $"{{{Good}}}", 400, "version" },
                { $"{{{Good},\"version\":1,\"epoch\":0}}", 400, "epoch" },
                { $"{{{Good},\"version\":1,\"epoch\":9223372036854775807}}", 400, "epoch" },
                { $"{{{Good},\"version\":1,\"epoch\":\"1\"}}", 400, "epoch" },
                { $"{{{Good},\"version\":1,\"lamport\":-1}}", 400, "lamport" },
                { $"{{{Good},\"version\":1,\"lamport\":9223372036854775807}}", 400, "lamport" },
                { $"{{{Good},\"version\":1,\"from\":7}}", 400, "from" },
                { $"{{{Good},\"version\":1,\"from\":\"\"}}", 400, "from" },
                { $"{{{Good},\"version\":1,\"versioning\":\"on\"}}", 400, "versioning" },
                { "{\"key\":\"k\",\"version\":1}", 400, "value" },
                { "{\"value\":1,\"version\":1}", 400, "key" },
                { "nonsense", 400, "body" },
            };
            foreach (var version in (string[])["0", "-1", "1.5", "1.0", "1e30", "1e2", "\"1\"", "null", "true", "[1]", "9223372036854775808"])
                data.Add($"{{{Good},\"version\":{version}}}", 400, "version");
            return data;
        }
    }

    public static TheoryData<string, int, string> Patches => new()
    {
        { "[]", 400, "body" },
        { "{\"writeQuorum\":3}", 400, "writeQuorum" },
        { "{\"writeQuorum\":-1}", 400, "writeQuorum" },
        { "{\"writeQuorum\":1.5}", 400, "writeQuorum" },
        { "{\"writeQuorum\":\"1\"}", 400, "writeQuorum" },
        { "{\"writeQuorum\":null}", 400, "writeQuorum" },
        { "{\"minDelayMs\":5,\"maxDelayMs\":1}", 400, "minDelayMs" },
        { "{\"maxDelayMs\":60001}", 400, "maxDelayMs" },
        { "{\"maxDelayMs\":1e999}", 400, "maxDelayMs" },
        { "{\"distribution\":\"normal\"}", 400, "distribution" },
        { "{\"distribution\":0}", 400, "distribution" },
        { "{\"seed\":1.5}", 400, "seed" },
        { "{\"replicationTimeoutMs\":0}", 400, "replicationTimeoutMs" },
        { "{\"versioning\":true}", 400, "versioning" },
        { "{\"delivery\":\"always\"}", 400, "delivery" },
        { "{\"onShortfall\":\"ignore\"}", 400, "onShortfall" },
        { "{\"writeQuorum\":1,\"quorum\":1}", 400, "quorum" },
        { "{\"writeQuorum\":1,\"writeQuorum\":2}", 400, "writeQuorum" },
        { "{\"writeQuorum\":1,\"maxDelayMs\":-1}", 400, "maxDelayMs" },
    };

    [Theory, MemberData(nameof(Writes))]
    public async Task A_bad_write_names_the_field_and_changes_nothing(string body, int status, string field) =>
        await AssertRefusedAsync(HttpMethod.Post, _nodes.Leader + "/write", body, status, field);

    [Theory, MemberData(nameof(Writes))]
    public async Task A_bad_replication_names_the_field_and_changes_nothing(string body, int status, string field)
    {
        // The same rules for keys and values hold here, where every one of these lacks a version besides.
        if (field.StartsWith("delaysMs", StringComparison.Ordinal)) return;
        await AssertRefusedAsync(HttpMethod.Post, _nodes.Follower + "/replicate", body, status == 413 && field == "value" ? 400 : status, field);
    }

    [Theory, MemberData(nameof(Replications))]
    public async Task A_bad_version_epoch_or_clock_names_the_field_and_changes_nothing(string body, int status, string field) =>
        await AssertRefusedAsync(HttpMethod.Post, _nodes.Follower + "/replicate", body, status, field);

    [Theory, MemberData(nameof(Patches))]
    public async Task A_bad_setting_names_the_field_and_none_of_the_patch_takes_effect(string body, int status, string field) =>
        await AssertRefusedAsync(HttpMethod.Patch, _nodes.Leader + "/config", body, status, field);

    [Theory]
    [InlineData("{\"writeQuorum\":1}", "writeQuorum")]
    [InlineData("{\"versioning\":\"naive\",\"maxDelayMs\":1}", "maxDelayMs")]
    [InlineData("{\"colour\":1}", "colour")]
    public async Task A_follower_changes_its_versioning_only(string body, string field) =>
        await AssertRefusedAsync(HttpMethod.Patch, _nodes.Follower + "/config", body, 400, field);

    [Theory]
    [InlineData("{}", "followers")]
    [InlineData("{\"followers\":1}", "followers")]
    [InlineData("{\"followers\":[1]}", "followers")]
    [InlineData("{\"followers\":[{\"id\":\"a\"}]}", "followers[0].url")]
    [InlineData("{\"followers\":[{\"id\":\"a\",\"url\":\"nowhere\"}]}", "followers")]
    [InlineData("{\"followers\":[{\"id\":\"a b\",\"url\":\"http://a:1\"}]}", "followers")]
    [InlineData("{\"followers\":[{\"id\":\"a\",\"url\":\"http://a:1\"},{\"id\":\"a\",\"url\":\"http://b:1\"}]}", "followers")]
    [InlineData("{\"followers\":[{\"id\":\"a\",\"url\":\"http://a:1\"},{\"id\":\"b\",\"url\":\"http://A:1/\"}]}", "followers")]
    [InlineData("{\"followers\":[]}", "followers")]
    public async Task A_bad_list_of_followers_leaves_the_old_one(string body, string field) =>
        await AssertRefusedAsync(HttpMethod.Put, _nodes.Leader + "/internal/followers", body, 400, field);

    [Fact]
    public async Task Text_that_is_not_UTF8_is_refused()
    {
        byte[] body = [.. "{\"key\":\"k\",\"value\":\""u8, 0xFF, .. "\"}"u8];
        var answer = await NodeHttp.SendAsync(HttpMethod.Post, _nodes.Leader + "/write", new ByteArrayContent(body), _ => { });
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(["body"], answer.Fields);
    }

    [Fact]
    public async Task A_body_without_a_length_is_held_to_the_same_limit()
    {
        var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes($"{{\"key\":\"k\",\"value\":{Long(500_000)}}}")));
        var answer = await NodeHttp.SendAsync(HttpMethod.Post, _nodes.Leader + "/write", body, r => r.Headers.TransferEncodingChunked = true);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Theory]
    [InlineData("/read/", "key")]
    [InlineData("/read/a%00b", null)]
    [InlineData("/read/a%0Ab", "key")]
    public async Task A_key_that_cannot_exist_is_refused_when_it_is_read(string path, string? field)
    {
        var answer = await NodeHttp.GetAsync(_nodes.Leader + path);
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        if (field is not null) Assert.Equal([field], answer.Fields);
    }

    private async Task AssertRefusedAsync(HttpMethod method, string url, string body, int status, string field)
    {
        var before = await StateAsync();
        var answer = await NodeHttp.SendAsync(method, url, body);
        Assert.Equal(status, (int)answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
        Assert.Contains(field, answer.Fields);
        Assert.All(answer.Body!["errors"]![field]!.AsArray(), sentence => Assert.Contains(field, (string)sentence!, StringComparison.OrdinalIgnoreCase));
        Assert.NotEqual("", answer.Detail);
        Assert.Equal(before, await StateAsync());
    }

    /// <summary>Everything that a request could have changed.</summary>
    private async Task<string> StateAsync()
    {
        var parts = new List<string>();
        foreach (var node in (string[])[_nodes.Leader, _nodes.Follower])
        {
            parts.Add((await NodeHttp.GetAsync(node + "/dump")).Text);
            parts.Add((await NodeHttp.GetAsync(node + "/config")).Text);
            var health = (JsonObject)(await NodeHttp.GetAsync(node + "/health")).Body!;
            health.Remove("uptimeSeconds");
            parts.Add(health.ToJsonString());
        }

        var status = await NodeHttp.GetAsync(_nodes.Leader + "/internal/status");
        // Comparing itself with followers goes on by the clock, whatever anybody sends.
        parts.Add(string.Join(";", new[] { "writesInFlight", "pendingDeliveries", "followers", "quiescent" }.Select(f => status[f]!.ToJsonString())));
        return string.Join("\n", parts);
    }
}
