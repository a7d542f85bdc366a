using System.Net;
using System.Net.Sockets;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Options;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Transport;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>The contract over real connections, and what only those have: silence, errors, tokens.</summary>
[Trait("Category", "Component")]
public sealed class HttpReplicaTransportTests : TransportContract, IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _hosts = [];
    private readonly ClusterHttp _http = new(token: null);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var host in _hosts) await host.DisposeAsync();
    }

    private async Task<Peer> StartFollowerAsync(string? token = null)
    {
        var host = new NodeHost(new NodeOptions { Role = NodeRole.Follower, NodeId = "follower-1", ClusterToken = token });
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new Peer("follower-1", host.Url);
    }

    protected override async Task<(IReplicaTransport, Peer)> StartAsync() => (new HttpReplicaTransport(_http), await StartFollowerAsync());

    protected override Task<(IReplicaTransport, Peer)> StartDownAsync() => Task.FromResult<(IReplicaTransport, Peer)>(
        (new HttpReplicaTransport(_http), new Peer("follower-1", $"http://127.0.0.1:{RealCluster.FreePort()}")));

    private static ReplicateMessage Message() => new("k", JsonText.Of("v"), new EntryVersion(1, 1), 1, "leader", VersioningMode.Versioned);

    private Task<TransportException> FailAsync(Peer follower, TimeSpan timeout) => Assert.ThrowsAsync<TransportException>(() =>
        new HttpReplicaTransport(_http).SendAsync(follower, [Message()], timeout, TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_follower_that_is_silent_is_reported_as_timeout()
    {
        // The kernel takes the connection, nobody ever reads it: a frozen process looks like this.
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var failure = await FailAsync(new Peer("follower-1", $"http://{silent.LocalEndpoint}"), TimeSpan.FromMilliseconds(50));
        Assert.Equal(TransportFailure.Timeout, failure.Failure);
    }

    [Fact]
    public async Task A_follower_that_hangs_up_is_reported_as_error()
    {
        using var rude = new TcpListener(IPAddress.Loopback, 0);
        rude.Start();
        using var enough = new CancellationTokenSource();
        var hangUp = HangUpAsync();
        Assert.Equal(TransportFailure.Error, (await FailAsync(new Peer("follower-1", $"http://{rude.LocalEndpoint}"), Patience.Limit)).Failure);
        await enough.CancelAsync();
        await hangUp;

        async Task HangUpAsync()
        {
            try
            {
                while (true) (await rude.AcceptTcpClientAsync(enough.Token)).Dispose();
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }

    [Fact]
    public async Task Without_the_token_a_batch_is_refused_with_a_reason()
    {
        var follower = await StartFollowerAsync(token: "secret");
        var failure = await FailAsync(follower, Patience.Limit);
        Assert.Equal(TransportFailure.Error, failure.Failure);
        Assert.Contains("401", failure.Message);
        Assert.Contains("X-Cluster-Token", failure.Message);

        using var member = new ClusterHttp("secret");
        Assert.Single(await new HttpReplicaTransport(member).SendAsync(follower, [Message()], Patience.Limit, TestContext.Current.CancellationToken));
    }
}
