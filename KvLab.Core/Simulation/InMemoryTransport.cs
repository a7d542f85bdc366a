using System.Collections.Concurrent;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;

namespace KvLab.Core.Simulation;

/// <summary>Followers in the same process, for tests and the simulator; a follower can be switched off and on.</summary>
public sealed class InMemoryTransport : IReplicaTransport
{
    private readonly ConcurrentDictionary<string, Follower> _followers = new();
    private readonly ConcurrentDictionary<string, bool> _down = new();

    /// <summary>Makes the follower answer at this address.</summary>
    public void Attach(Peer peer, Follower follower) => _followers[peer.Url] = follower;

    public void SetDown(Peer peer, bool down) => _down[peer.Url] = down;

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_down.GetValueOrDefault(follower.Url) || !_followers.TryGetValue(follower.Url, out var receiver))
            throw new TransportException(TransportFailure.Refused, $"No process is listening at {follower.Url}.");

        try
        {
            return await receiver.ReceiveManyAsync(batch, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new TransportException(
                failure is StoreException ? TransportFailure.Storage : TransportFailure.Error, $"{follower.Id} could not take what was sent: {failure.Message}", failure);
        }
    }
}
