using System.Net;
using System.Text.Json.Nodes;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary><c>/internal/faults</c> and <c>/internal/links</c> of nodes within this process.</summary>
[Trait("Category", "Component")]
public sealed class FaultEndpointTests : IAsyncLifetime
{
    private NodeFixture _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await NodeFixture.StartAsync();

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    private static Task<NodeReply> PutAsync(string url, string json) => NodeHttp.SendAsync(HttpMethod.Put, url, json);

    private static JsonNode Link(NodeReply links, string follower) => links["links"]!.AsArray().Single(l => (string)l!["follower"]! == follower)!;

    [Fact]
    public async Task A_change_of_faults_leaves_what_it_does_not_name()
    {
        var url = _nodes.Follower + "/internal/faults";
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(url, """{"slowMs":5}""")).Status);
        var both = await PutAsync(url, """{"clockSkewMs":-3600000}""");
        Assert.Equal((5, -3600000, false), ((double)both["slowMs"]!, (long)both["clockSkewMs"]!, (bool)both["frozen"]!));
        Assert.Equal(both.Text, (await NodeHttp.GetAsync(url)).Text);
    }

    [Fact]
    public async Task A_frozen_node_holds_requests_until_it_thaws_and_then_answers_them()
    {
        var write = await NodeHttp.PostAsync(_nodes.Leader + "/write", """{"key":"a","value":1}""");
        Assert.Equal(HttpStatusCode.OK, write.Status);
        await PutAsync(_nodes.Follower + "/internal/faults", """{"frozen":true}""");
        var read = NodeHttp.GetAsync(_nodes.Follower + "/read/a");
        var health = NodeHttp.GetAsync(_nodes.Follower + "/health");
        Assert.True((bool)(await NodeHttp.GetAsync(_nodes.Follower + "/internal/faults"))["frozen"]!);
        Assert.False(read.IsCompleted || health.IsCompleted);
        await PutAsync(_nodes.Follower + "/internal/faults", """{"frozen":false}""");
        Assert.Equal(HttpStatusCode.OK, (await read).Status);
        Assert.Equal(HttpStatusCode.OK, (await health).Status);
    }

    [Fact]
    public async Task Links_are_set_together_read_back_and_healed()
    {
        var url = _nodes.Leader + "/internal/links";
        var set = await PutAsync(url, """{"links":[{"follower":"follower-1","faults":{"mode":"swallow"}},{"follower":"follower-2","faults":{"request":{"lossPercent":12.5},"seed":9}}]}""");
        Assert.Equal(HttpStatusCode.OK, set.Status);
        Assert.Equal("swallow", (string)Link(set, "follower-1")["faults"]!["mode"]!);
        Assert.Equal((12.5, 9), ((double)Link(set, "follower-2")["faults"]!["request"]!["lossPercent"]!, (long)Link(set, "follower-2")["faults"]!["seed"]!));
        var healed = await PutAsync(url, """{"links":[{"follower":"follower-1","faults":{}}]}""");
        Assert.Equal("open", (string)Link(healed, "follower-1")["faults"]!["mode"]!);
        Assert.Equal(12.5, (double)Link(healed, "follower-2")["faults"]!["request"]!["lossPercent"]!);
    }

    [Fact]
    public async Task Answer_lost_is_stored_at_the_follower_and_not_acked()
    {
        await PutAsync(_nodes.Leader + "/internal/links", """{"links":[{"follower":"follower-1","faults":{"answer":{"dropNext":1}}}]}""");
        await NodeHttp.SendAsync(HttpMethod.Patch, _nodes.Leader + "/config", """{"replicationTimeoutMs":300}""");
        var write = await NodeHttp.PostAsync(_nodes.Leader + "/write", """{"key":"b","value":1}""");
        // Whether the other one was quick enough is not the point.
        Assert.Equal("partial_success", (string)write["status"]!);
        Assert.InRange((int)write["acks"]!, 0, 1);
        await Patience.UntilAsync(async () => (await NodeHttp.GetAsync(_nodes.Follower + "/read/b")).Status == HttpStatusCode.OK, "the follower has it");
        Assert.Equal(1, (int)Link(await NodeHttp.GetAsync(_nodes.Leader + "/internal/links"), "follower-1")["counts"]!["answer"]!["lost"]!);
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "faults", """{"slowMs":-1}""", "slowMs" },
        { "faults", """{"slowMs":60001}""", "slowMs" },
        { "faults", """{"slowMs":"5"}""", "slowMs" },
        { "faults", """{"clockSkewMs":86400001}""", "clockSkewMs" },
        { "faults", """{"clockSkewMs":1.5}""", "clockSkewMs" },
        { "faults", """{"frozen":1}""", "frozen" },
        { "faults", """{"slow":1}""", "slow" },
        { "faults", "[]", "body" },
        { "links", "{}", "links" },
        { "links", """{"links":[{"faults":{}}]}""", "links[0].follower" },
        { "links", """{"links":[{"follower":"follower-1"}]}""", "links[0].faults" },
        { "links", """{"links":[{"follower":"nobody","faults":{}}]}""", "follower" },
        { "links", """{"links":[{"follower":"follower-2","faults":{"mode":"swallow"}},{"follower":"follower-1","faults":{"mode":"closed"}}]}""", "links[1].faults.mode" },
        { "links", """{"links":[{"follower":"follower-1","faults":{"request":{"lossPercent":101}}}]}""", "request.lossPercent" },
        { "links", """{"links":[{"follower":"follower-1","faults":{"request":{"loss":1}}}]}""", "links[0].faults.request.loss" },
        { "links", """{"links":[{"follower":"follower-1","faults":{"answer":{"dropNext":1.5}}}]}""", "links[0].faults.answer.dropNext" },
        { "links", """{"links":[{"follower":"follower-1","faults":{}},{"follower":"follower-1","faults":{}}]}""", "links[1].follower" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_named_and_changes_nothing(string path, string json, string field)
    {
        var url = $"{_nodes.Leader}/internal/{path}";
        var before = await NodeHttp.GetAsync(url);
        var refused = await PutAsync(url, json);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains(field, refused.Fields);
        Assert.Contains(field, refused.Detail, StringComparison.Ordinal);
        Assert.Equal(before.Text, (await NodeHttp.GetAsync(url)).Text);
    }
}
