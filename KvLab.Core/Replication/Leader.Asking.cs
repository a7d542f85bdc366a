using System.Collections.Concurrent;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
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
        AskAsync(peer, peers, PeerCall.Repair, (calls, c) => DoneAsync(calls.NoteAsync(peer, new LeaderNote(Epoch, _leadership, hasEverything, smallestQuorum), c)), patience, cancellation);

    internal static async Task<bool> DoneAsync(Task call)
    {
        await call;
        return true;
    }

    /// <summary>Asks a peer through the simulated network, so that a partition parts this too, and tells of it.</summary>
    /// <param name="isNews">Whether it is told, by its answer, null where none came; null: always.</param>
    /// <exception cref="TransportException">It did not answer, or not in time.</exception>
    internal async Task<T> AskAsync<T>(
        Peer peer, IPeerCalls peers, PeerCall kind, Func<IPeerCalls, CancellationToken, Task<T>> call, TimeSpan patience, CancellationToken cancellation, Func<T?, bool>? isNews = null)
        where T : notnull
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        var trace = new CallTrace(_events.Lamport.Tick());
        var startedAt = _time.GetTimestamp();
        try
        {
            var answer = await _network.ExchangeAsync(peer, c => call(peers.Traced(trace), c), patience, either.Token);
            if (trace.Arrival is { } arrival) _events.Lamport.Witness(arrival.Lamport);
            if (isNews?.Invoke(answer) != false) RecordCall(peer, kind, trace, startedAt, failure: null);
            return answer;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var late = new TransportException(TransportFailure.Timeout, $"{peer.Id} did not answer within {patience.TotalMilliseconds:0} ms.");
            if (isNews?.Invoke(default) != false) RecordCall(peer, kind, trace, startedAt, late);
            throw late;
        }
        catch (TransportException failure)
        {
            if (isNews?.Invoke(default) != false) RecordCall(peer, kind, trace, startedAt, failure);
            throw;
        }
    }

    internal Task<T> AskAsync<T>(Peer peer, IPeerCalls peers, PeerCall kind, Func<IPeerCalls, CancellationToken, Task<T>> call, CancellationToken cancellation, Func<T?, bool>? isNews = null)
        where T : notnull => AskAsync(peer, peers, kind, call, AskPatience, cancellation, isNews);

    private void RecordCall(Peer peer, PeerCall kind, CallTrace trace, long startedAt, TransportException? failure) => _events.Record(
        EventKind.PeerCalled, peer: peer.Id, reason: EnumNames.NameOf(kind), elapsedMs: _time.GetElapsedTime(startedAt).TotalMilliseconds,
        outcome: failure is null ? null : DeliveryOutcome.Failed, detail: failure?.Message, call: FactsOf(trace));

    private CallFacts FactsOf(CallTrace trace)
    {
        if (trace.Arrival is not { } arrival) return new CallFacts(trace.Lamport);
        var own = MachineClock.Read(_time).BootId;
        return own is not null && own == arrival.BootId
            ? new CallFacts(trace.Lamport, arrival.Lamport, Math.Max(0, arrival.Ns - _events.OriginNs))
            : new CallFacts(trace.Lamport, arrival.Lamport, arrival.Ns, arrival.BootId ?? "");
    }
}
