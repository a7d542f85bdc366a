using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Nodes;
using KvLab.Tests.Storage;
using Xunit;

namespace KvLab.Tests.Network;

/// <summary>The contract without a network, and the switch that only this transport has.</summary>
[Trait("Category", "Unit")]
public sealed class InMemoryTransportTests : TransportContract
{
    private static readonly Peer Peer = new("follower-1", "memory://follower-1");
    private static readonly ReplicateMessage Message = new("k", JsonText.Of("v"), new EntryVersion(1, 1), 1, "leader", VersioningMode.Versioned);

    private static InMemoryTransport Start(IKeyValueStore store)
    {
        var transport = new InMemoryTransport();
        transport.Attach(Peer, new Follower("follower-1", store, new EventRecorder("follower-1", "i", TimeProvider.System, NullEventSink.Instance)));
        return transport;
    }

    private static Task<IReadOnlyList<ReplicateAnswer>> SendAsync(InMemoryTransport transport) =>
        transport.SendAsync(Peer, [Message], TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);

    protected override Task<(IReplicaTransport, Peer)> StartAsync() => Task.FromResult<(IReplicaTransport, Peer)>((Start(new MemoryStore()), Peer));

    protected override Task<(IReplicaTransport, Peer)> StartDownAsync() => Task.FromResult<(IReplicaTransport, Peer)>((new InMemoryTransport(), Peer));

    [Fact]
    public async Task A_follower_can_be_switched_off_and_on()
    {
        var store = new MemoryStore();
        var transport = Start(store);
        transport.SetDown(Peer, true);
        Assert.Equal(TransportFailure.Refused, (await Assert.ThrowsAsync<TransportException>(() => SendAsync(transport))).Failure);
        Assert.Equal(0, await store.CountAsync(TestContext.Current.CancellationToken));
        transport.SetDown(Peer, false);
        Assert.True(Assert.Single(await SendAsync(transport)).IsAck);
    }

    [Fact]
    public async Task A_store_that_cannot_keep_an_entry_is_an_error_of_the_follower()
    {
        var failure = await Assert.ThrowsAsync<TransportException>(() => SendAsync(Start(new FullStore())));
        Assert.Equal(TransportFailure.Error, failure.Failure);
        Assert.Contains("The disk is full", failure.Message, StringComparison.Ordinal);
    }
}
