using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>
/// A replica that takes what the leader sends. In versioned mode it accepts an entry if and only if it is newer than what it holds at that
/// instant (P10), so its version of a key never decreases (P1) and any order and duplication of arrivals converge (P4).
/// </summary>
public sealed class Follower(string nodeId, IKeyValueStore store, EventRecorder events)
{
    // Highest epoch seen in any message; only grows. Messages of an older one are refused: their leader has been replaced.
    private long _epoch;

    // Highest counter seen in any message; survives a reset, so that a leader which recovers from this follower never reuses a version.
    private long _counter;
    private VersioningMode _versioning;

    public string NodeId { get; } = nodeId;

    /// <summary>The highest epoch seen, 0 before the first message.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>The highest epoch and the highest counter ever seen, whatever became of their entries.</summary>
    public EntryVersion Highest => new(Epoch, Volatile.Read(ref _counter));

    /// <summary>The rule for messages that do not carry one, such as those sent by hand.</summary>
    public VersioningMode Versioning
    {
        get => _versioning;
        set
        {
            if (_versioning == value) return;
            _versioning = value;
            events.Record(EventKind.SettingsChanged, naive: value == VersioningMode.Naive,
                detail: value == VersioningMode.Naive ? "The last arrival wins." : "Newer versions win.");
        }
    }

    /// <summary>Takes one entry, or refuses it, and says which. The answer is an ack unless the message was fenced.</summary>
    public async ValueTask<ReplicateAnswer> ReceiveAsync(ReplicateMessage message, CancellationToken cancellation = default)
    {
        events.Lamport.Witness(message.Lamport);
        if (!AdvanceEpoch(message.Reign)) return Fence(message);
        Raise(ref _counter, message.Version.Counter);

        var naive = message.Versioning == VersioningMode.Naive;
        var entry = new Entry(message.Key, message.Value, message.Version);
        var result = await store.ApplyAsync(entry, naive ? ApplyRule.LastArrivalWins : ApplyRule.NewerWins, cancellation);

        var (kind, outcome, answer) = result.Outcome switch
        {
            ApplyOutcome.Applied => (EventKind.EntryApplied, DeliveryOutcome.Applied, ReplicateOutcome.Applied),
            ApplyOutcome.Duplicate => (EventKind.EntryDuplicate, DeliveryOutcome.Duplicate, ReplicateOutcome.Duplicate),
            _ => (EventKind.EntryRefused, DeliveryOutcome.Superseded, ReplicateOutcome.Superseded),
        };
        events.Record(kind, message.Key, message.Version, message.Value.Preview(), message.From,
            held: result.Before, outcome: outcome, naive: naive);
        return new ReplicateAnswer(answer, result.Held, Epoch, events.Lamport.Time, NodeId);
    }

    /// <summary>Refuses leaders of an older epoch from now on, because a new one is about to begin.</summary>
    /// <returns>False when this epoch or a newer one was seen before: two that want to lead never get the same.</returns>
    public bool Seal(long epoch)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _epoch);
            if (epoch <= seen) return false;
            if (Interlocked.CompareExchange(ref _epoch, epoch, seen) != seen) continue;
            events.Record(EventKind.NodeSealed, version: new EntryVersion(epoch, 0));
            return true;
        }
    }

    /// <summary>Takes over what the node knew in another role.</summary>
    public void Remember(EntryVersion highest)
    {
        Raise(ref _epoch, highest.Epoch);
        Raise(ref _counter, highest.Counter);
    }

    /// <summary>Lab reset. The epoch is kept: an empty follower must still refuse a replaced leader.</summary>
    public async Task ClearAsync(CancellationToken cancellation = default)
    {
        await store.ClearAsync(cancellation);
        events.Record(EventKind.StoreCleared);
    }

    /// <summary>Takes over an epoch learnt elsewhere, as from a durable store. Never goes back.</summary>
    /// <returns>False when <paramref name="epoch"/> is older than one seen.</returns>
    public bool AdvanceEpoch(long epoch) => Raise(ref _epoch, epoch);

    /// <returns>False when <paramref name="value"/> is below what is there.</returns>
    private static bool Raise(ref long highest, long value)
    {
        while (true)
        {
            var seen = Volatile.Read(ref highest);
            if (value <= seen) return value == seen;
            if (Interlocked.CompareExchange(ref highest, value, seen) == seen) return true;
        }
    }

    private ReplicateAnswer Fence(ReplicateMessage message)
    {
        events.Record(EventKind.MessageFenced, message.Key, message.Version, peer: message.From,
            held: new EntryVersion(Epoch, 0), outcome: DeliveryOutcome.Failed, reason: "fenced");
        return new ReplicateAnswer(ReplicateOutcome.Fenced, EntryVersion.None, Epoch, events.Lamport.Time, NodeId);
    }
}
