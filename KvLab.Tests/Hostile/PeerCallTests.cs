using System.Net;
using System.Text;
using KvLab.Core.Configuration;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Nodes;
using Xunit;

namespace KvLab.Tests.Hostile;

/// <summary>What only members of the cluster may call is validated like what everybody may: 400 with a sentence, nothing has changed, nobody has ended.</summary>
[Trait("Category", "Component")]
public sealed class PeerCallTests : IAsyncLifetime
{
    private const string Token = "the-cluster's-token";
    private NodeFixture _nodes = null!;

    public async ValueTask InitializeAsync() => _nodes = await NodeFixture.StartAsync(Token);

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    private const string Largest = "9223372036854775807";

    /// <summary>Path, body.</summary>
    public static TheoryData<string, string> Wrong => new()
    {
        { "seal", $"{{\"epoch\":{Largest},\"leadership\":1}}" },
        { "seal", $"{{\"epoch\":{InputRules.LargestClock},\"leadership\":1}}" },
        { "seal", $"{{\"epoch\":{2 * InputRules.LargestEpochStep},\"leadership\":1}}" },
        { "seal", "{\"epoch\":0,\"leadership\":1}" },
        { "seal", $"{{\"epoch\":-{Largest},\"leadership\":1}}" },
        { "seal", "{\"epoch\":1e400,\"leadership\":1}" },
        { "seal", "{\"epoch\":\"2\",\"leadership\":1}" },
        { "seal", "{\"epoch\":null,\"leadership\":1}" },
        { "seal", "{\"epoch\":2,\"epoch\":3,\"leadership\":1}" },
        { "seal", "{\"epoch\":2,\"leadership\":1,\"more\":1}" },
        { "seal", "{}" },
        { "seal", "null" },
        { "seal", "" },
        { "seal", "[2]" },
        { "seal", "\u0000" },
        { "decide", $"{{\"epoch\":{Largest},\"rollBacks\":[]}}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":null}" },
        { "decide", "{\"epoch\":1}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[null]}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[{}]}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[{\"key\":null,\"epoch\":1,\"version\":1,\"instead\":null}]}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[{\"key\":\"\",\"epoch\":1,\"version\":1,\"instead\":null}]}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[{\"key\":\"k\",\"epoch\":1,\"version\":0,\"instead\":null}]}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[{\"key\":\"k\",\"epoch\":1,\"version\":1,\"instead\":{\"key\":\"other\",\"value\":1,\"epoch\":1,\"version\":1}}]}" },
        { "decide", "{\"epoch\":1,\"rollBacks\":[{\"key\":\"k\",\"epoch\":1,\"version\":1,\"instead\":{\"key\":\"k\",\"value\":\"\\ud800\",\"epoch\":1,\"version\":1}}]}" },
        { "digest", "[32]" },
        { "digest", "[-1]" },
        { "digest", "[1,1]" },
        { "digest", "[null]" },
        { "digest", "[1.5]" },
        { "digest", "{}" },
        { "digest", $"[{string.Join(",", Enumerable.Range(0, 100_000))}]" },
        { "versions", "[1024]" },
        { "versions", "[2147483648]" },
        { "versions", "[0,0]" },
        { "entries", "[null]" },
        { "entries", "[\"a\",\"a\"]" },
        { "entries", "[\"\"]" },
        { "entries", "[\"\\ud800\"]" },
        { "entries", $"[\"{new string('k', 513)}\"]" },
        { "entries", new string('[', 10_000) + new string(']', 10_000) },
        { "replicate", "no batch" },
        { "replicate", "" },
        { "step-down", $"{{\"epoch\":{InputRules.LargestClock}}}" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_wrong_call_of_a_member_changes_nothing(string call, string body)
    {
        foreach (var node in (string[])[_nodes.Follower, _nodes.Leader])
        {
            var before = await StateAsync();
            var answer = await NodeHttp.PostAsync($"{node}/internal/{call}", body, Token);
            Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (answer.Status, answer.ContentType));
            Assert.NotEmpty(answer.Detail);
            Assert.InRange(Encoding.UTF8.GetByteCount(answer.Text), 1, 40_000);
            Assert.Equal(before, await StateAsync());
        }
    }

    [Fact]
    public async Task An_epoch_that_no_cluster_can_have_come_to_is_not_taken_from_a_message_by_hand_either()
    {
        var answer = await NodeHttp.PostAsync(_nodes.Follower + "/replicate", $"{{\"key\":\"k\",\"value\":1,\"version\":1,\"epoch\":{InputRules.LargestClock}}}", Token);
        Assert.Equal(["epoch"], answer.Fields);
    }

    [Fact]
    public async Task Clearing_takes_no_body() =>
        Assert.Equal(["really"], (await NodeHttp.PostAsync(_nodes.Leader + "/clear", "{\"really\":true}", Token)).Fields);

    [Fact]
    public async Task A_value_as_deep_as_is_allowed_goes_through_everything_that_nodes_ask_each_other()
    {
        var deepest = string.Concat(Enumerable.Repeat("[", InputRules.DeepestBody - 1)) + string.Concat(Enumerable.Repeat("]", InputRules.DeepestBody - 1));
        Assert.Equal(HttpStatusCode.OK, (await NodeHttp.PostAsync(_nodes.Leader + "/write", $"{{\"key\":\"deep\",\"value\":{deepest}}}")).Status);
        using var http = new KvLab.Nodes.Transport.ClusterHttp(Token);
        var peers = new KvLab.Nodes.Peers.HttpPeerCalls(http);
        var follower = new KvLab.Core.Network.Peer("follower-1", _nodes.Follower);
        var dumped = (await peers.DumpAsync(follower, TestContext.Current.CancellationToken)).Entries!["deep"];
        Assert.Equal(deepest, dumped.Value.ToString());
        Assert.Equal(dumped, Assert.Single(await peers.EntriesAsync(follower, ["deep"], TestContext.Current.CancellationToken)));
        await peers.DecideAsync(follower, dumped.Version.Epoch, [new KvLab.Core.Network.RollBack("deep", dumped.Version, dumped)], TestContext.Current.CancellationToken);
    }

    /// <summary>What a call could have changed, and that writes still reach everybody.</summary>
    private async Task<string> StateAsync()
    {
        var parts = new List<string>();
        foreach (var node in (string[])[_nodes.Leader, _nodes.Follower])
        {
            parts.Add((await NodeHttp.GetAsync(node + "/dump")).Text);
            var state = await NodeHttp.GetAsync(node + "/internal/state", Token);
            Assert.Equal(HttpStatusCode.OK, state.Status);
            parts.Add(state.Text);
        }

        return string.Join("\n", parts);
    }
}
