using System.Collections.Concurrent;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>For those who work for a leader beside its writes: catching up and recovery.</summary>
public sealed partial class Leader
{
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(10);

    // What was held when this reign began, by key: a replaced leader's entry above it is known to nobody else.
    private ConcurrentDictionary<string, EntryVersion> _reignStart = new(StringComparer.Ordinal);

    internal LeaderParts Parts { get; }

    internal bool IsStopping => _stopping;

    /// <summary>Entries up to here were removed by a reset: a follower that still has them missed it, or a message that was on its way came after it.</summary>
    internal EntryVersion ClearedAt { get; private set; }

    /// <summary>Null where it is no follower of this leader, or no more.</summary>
    internal FollowerLink? LinkOf(Peer peer) => _state.Followers.FirstOrDefault(f => f.Peer == peer);

    /// <summary>What was held for a key when the reign began, or was taken over since from a follower that alone had kept it.</summary>
    internal EntryVersion HeldAtStart(string key) => _reignStart.GetValueOrDefault(key);

    /// <summary>A follower had kept it from an earlier reign.</summary>
    internal void HeldFromBefore(Entry entry) => _reignStart[entry.Key] = entry.Version;

    /// <summary>Has a follower remember what whoever leads next will ask it.</summary>
    /// <exception cref="TransportException">It did not answer.</exception>
    internal Task NoteAsync(Peer peer, IPeerCalls peers, bool hasEverything, int smallestQuorum, TimeSpan patience, CancellationToken cancellation) =>
        AskAsync(peer, c => DoneAsync(peers.NoteAsync(peer, new LeaderNote(Epoch, _leadership, hasEverything, smallestQuorum), c)), patience, cancellation);

    internal static async Task<bool> DoneAsync(Task call)
    {
        await call;
        return true;
    }

    /// <summary>Asks a peer through the simulated network, so that a partition parts this too.</summary>
    /// <exception cref="TransportException">It did not answer, or not in time.</exception>
    internal async Task<T> AskAsync<T>(Peer peer, Func<CancellationToken, Task<T>> call, TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await _network.ExchangeAsync(peer, call, patience, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransportException(TransportFailure.Timeout, $"{peer.Id} did not answer within {patience.TotalMilliseconds:0} ms.");
        }
    }

    internal Task<T> AskAsync<T>(Peer peer, Func<CancellationToken, Task<T>> call, CancellationToken cancellation) =>
        AskAsync(peer, call, AskPatience, cancellation);
}
