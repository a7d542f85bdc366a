using System.Collections.Concurrent;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulation;

/// <summary>Replicas in the same process, for tests and the simulator; each can be away (nobody listens) or silent (frozen: it takes nothing and answers nothing).</summary>
public sealed class InMemoryPeers(TimeProvider time) : IReplicaTransport, IPeerCalls
{
    private enum Presence { Here, Away, Silent }

    private readonly ConcurrentDictionary<string, Replica> _replicas = new();
    private readonly ConcurrentDictionary<string, Presence> _presence = new();

    /// <summary>Makes the replica answer at this address.</summary>
    public void Attach(Peer peer, Replica replica) => _replicas[peer.Url] = replica;

    public void SetAway(Peer peer, bool away) => _presence[peer.Url] = away ? Presence.Away : Presence.Here;

    public void SetSilent(Peer peer, bool silent) => _presence[peer.Url] = silent ? Presence.Silent : Presence.Here;

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        var receiver = await FindAsync(follower, timeout, cancellation);
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

    public Task<PeerState> StateAsync(Peer peer, CancellationToken cancellation) => AskAsync(peer, r => r.StateAsync(), cancellation);
    public Task<SealAnswer> SealAsync(Peer peer, long epoch, long leadership, CancellationToken cancellation) => AskAsync(peer, r => r.SealAsync(epoch, leadership), cancellation);
    public Task NoteAsync(Peer peer, LeaderNote note, CancellationToken cancellation) => AskAsync(peer, r => Task.FromResult(r.Note(note)), cancellation);
    public Task<ReplicaDump> DumpAsync(Peer peer, CancellationToken cancellation) => AskAsync(peer, r => r.DumpAsync(cancellation), cancellation);
    public Task<ulong[]> DigestAsync(Peer peer, CancellationToken cancellation) => AskAsync(peer, r => r.DigestAsync(cancellation), cancellation);

    public Task<ulong[]> LeavesAsync(Peer peer, IReadOnlyList<int> branches, CancellationToken cancellation) =>
        AskAsync(peer, r => r.LeavesAsync(branches, cancellation), cancellation);

    public Task<IReadOnlyDictionary<string, EntryVersion>> VersionsAsync(Peer peer, IReadOnlyList<int> leaves, CancellationToken cancellation) =>
        AskAsync(peer, r => r.VersionsAsync(leaves, cancellation), cancellation);

    public Task<IReadOnlyList<Entry>> EntriesAsync(Peer peer, IReadOnlyList<string> keys, CancellationToken cancellation) =>
        AskAsync(peer, r => r.EntriesAsync(keys, cancellation), cancellation);

    public Task<IReadOnlyDictionary<string, EntryVersion>> UnconfirmedAsync(Peer peer, CancellationToken cancellation) =>
        AskAsync(peer, r => Task.FromResult(r.Unconfirmed()), cancellation);

    public Task DecideAsync(Peer peer, long epoch, IReadOnlyList<RollBack> rollBacks, CancellationToken cancellation) =>
        AskAsync(peer, r => r.DecideAsync(epoch, rollBacks), cancellation);

    public Task RemoveAsync(Peer peer, long epoch, long leadership, IReadOnlyDictionary<string, EntryVersion> versions, CancellationToken cancellation) =>
        AskAsync(peer, r => r.RemoveAsync(epoch, leadership, versions), cancellation);

    private async Task<T> AskAsync<T>(Peer peer, Func<Replica, Task<T>> call, CancellationToken cancellation) =>
        await call(await FindAsync(peer, Timeout.InfiniteTimeSpan, cancellation));

    private async Task<Replica> FindAsync(Peer peer, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_presence.GetValueOrDefault(peer.Url) == Presence.Silent)
        {
            await time.WaitAsync(timeout, cancellation);
            throw new TransportException(TransportFailure.Timeout, $"{peer.Id} did not answer within {timeout.TotalMilliseconds:0} ms.");
        }

        if (_presence.GetValueOrDefault(peer.Url) == Presence.Away || !_replicas.TryGetValue(peer.Url, out var replica))
            throw new TransportException(TransportFailure.Refused, $"Nobody listens at {peer.Url}.");
        return replica;
    }
}
