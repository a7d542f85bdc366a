using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Nodes.Options;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Tests.Infrastructure.NodeProcess;

namespace KvLab.Tests.Nodes;

/// <summary>A leader and two followers inside the test's process, with no delay: for everything that is about one request and its answer.</summary>
public sealed class NodeFixture : IAsyncDisposable
{
    private readonly List<NodeHost> _hosts = [];

    public string Leader { get; private set; } = "";
    public string Follower { get; private set; } = "";

    public static async Task<NodeFixture> StartAsync(string? token = null)
    {
        var fixture = new NodeFixture();
        var peers = new List<Peer>();
        for (var i = 1; i <= 2; i++)
        {
            var url = await fixture.StartAsync(new NodeOptions { Role = NodeRole.Follower, NodeId = $"follower-{i}", ClusterToken = token });
            peers.Add(new Peer($"follower-{i}", url));
        }

        fixture.Follower = peers[0].Url;
        fixture.Leader = await fixture.StartAsync(new NodeOptions
        {
            Role = NodeRole.Leader,
            NodeId = "leader",
            Followers = [.. peers],
            ClusterToken = token,
            Settings = new LiveSettings { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 0 },
        });
        return fixture;
    }

    private async Task<string> StartAsync(NodeOptions options)
    {
        var host = new NodeHost(options);
        _hosts.Add(host);
        await host.StartAsync();
        await host.Ready.WaitAsync(Patience.Limit);
        return host.Url;
    }

    public async ValueTask DisposeAsync()
    {
        // The leader first: it would wait for followers that are gone.
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
    }
}
