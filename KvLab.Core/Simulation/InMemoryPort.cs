using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulation;

/// <summary>The calls of one member to others in the same process.</summary>
public sealed class InMemoryPort(InMemoryPeers peers, Peer own, TimeProvider time, CallTrace? carried = null) : IReplicaTransport, IPeerCalls
{
    public IPeerCalls Traced(CallTrace trace) => new InMemoryPort(peers, own, time, trace);

    public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
        Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
    {
        var receiver = await ReachAsync(follower, timeout, cancellation);
        var slow = TimeSpan.FromMilliseconds(receiver.Faults.Now.SlowMs);
        if (slow > timeout)
        {
            // A slow node is slow also for a sender that has given up meanwhile: what reached it is applied.
            _ = TakeLateAsync(receiver, batch, slow);
            await time.WaitAsync(timeout, cancellation);
            throw TimedOut(follower, timeout);
        }

        await time.WaitAsync(slow, cancellation);
        try
        {
            return await receiver.Replica.ReceiveManyAsync(batch, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            throw new TransportException(
                failure is StoreException ? TransportFailure.Storage : TransportFailure.Error, $"{follower.Id} could not take what was sent: {failure.Message}", failure);
        }
    }

    private async Task TakeLateAsync(Member receiver, IReadOnlyList<ReplicateMessage> batch, TimeSpan slow)
    {
        await time.WaitAsync(slow, CancellationToken.None);
        try
        {
            await receiver.Replica.ReceiveManyAsync(batch, CancellationToken.None);
        }
        catch (StoreException)
        {
            // Nobody waits for this answer.
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

    private async Task<T> AskAsync<T>(Peer peer, Func<Replica, Task<T>> call, CancellationToken cancellation)
    {
        var asked = await ReachAsync(peer, Timeout.InfiniteTimeSpan, cancellation);
        if (carried is not null)
        {
            var now = asked.Now;
            carried.Arrival = new CallArrival(now.BootId, now.Ns, asked.Events.Lamport.Witness(carried.Lamport));
        }

        try
        {
            return await call(asked.Replica);
        }
        catch (StoreException away)
        {
            // Over a network nobody takes it for a failure of his own storage.
            throw new TransportException(TransportFailure.Storage, $"{peer.Id} could not answer: {away.Message}", away);
        }
    }

    /// <exception cref="TransportException">Nobody listens there, or somebody stood still for too long.</exception>
    private async Task<Member> ReachAsync(Peer peer, TimeSpan timeout, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (peers.Own(own) is { Faults.IsFrozen: true } self) await WhenThawedAsync(self, peer, timeout, cancellation);
        if (peers.Find(peer) is { Faults.IsFrozen: true } receiver) await WhenThawedAsync(receiver, peer, timeout, cancellation);
        return peers.Find(peer) ?? throw new TransportException(TransportFailure.Refused, $"No process is listening at {peer.Url}.");
    }

    private async Task WhenThawedAsync(Member frozen, Peer asked, TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            await frozen.Faults.WhenThawedAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw TimedOut(asked, timeout);
        }
    }

    private static TransportException TimedOut(Peer peer, TimeSpan timeout) =>
        new(TransportFailure.Timeout, $"{peer.Id} did not answer within {timeout.TotalMilliseconds:0} ms.");
}
