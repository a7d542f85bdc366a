using KvLab.Core.Events;
using KvLab.Web.Hubs;
using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Whoever knows the token still is no other node than the one that is there.</summary>
[Trait("Category", "Component")]
public sealed class NodeIntroductionsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static NodeHello Hello(string node, string url, int process) => new() { Node = node, Incarnation = "a", Role = NodeRoles.Follower, Url = url, ProcessId = process };

    [Theory]
    [InlineData("follower-1", "http://127.0.0.1:8001", 4711, true)]
    [InlineData("follower-1", "http://127.0.0.1:8001/", 4711, true)]
    [InlineData("follower-1", "http://evil.example:8001", 4711, false)]
    [InlineData("follower-1", "http://127.0.0.1:8002", 4711, false)]
    [InlineData("follower-1", "http://127.0.0.1:8001", 1, false)]
    [InlineData("follower-1", "http://127.0.0.1:8001", 0, false)]
    [InlineData("follower-9", "http://127.0.0.1:8001", 4711, false)]
    public void A_supervised_node_is_the_process_that_was_started_at_its_address(string node, string url, int process, bool admitted)
    {
        var directory = new NodeDirectory();
        directory.Set(new NodeAddress("follower-1", NodeRoles.Follower, "http://127.0.0.1:8001"));
        directory.SetProcess("follower-1", 4711);
        var introductions = new NodeIntroductions(new ClusterOptions { Mode = ClusterMode.Supervised }, directory, null!, api.State);
        Assert.Equal(admitted, Record.Exception(() => introductions.Admit(Hello(node, url, process))) is not HubException);
    }

    [Fact]
    public void A_node_that_others_started_moves_only_when_its_connection_has_ended()
    {
        var introductions = api.Host.Services.GetRequiredService<NodeIntroductions>();
        var here = Hello("follower-7", "http://127.0.0.1:1", 7);
        var elsewhere = here with { Url = "http://127.0.0.1:2" };
        introductions.Admit(here);
        introductions.Joined(here, "first");
        Assert.Throws<HubException>(() => introductions.Admit(elsewhere));
        // It may come again from where it is: its old connection ends when it ends.
        introductions.Admit(here);
        introductions.Joined(here, "second");
        Assert.False(introductions.Left("follower-7", "first"));
        Assert.Throws<HubException>(() => introductions.Admit(elsewhere));
        Assert.True(introductions.Left("follower-7", "second"));
        introductions.Admit(elsewhere);
    }
}
