using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>
/// A replica that takes what the leader sends. In versioned mode it accepts an entry if and only if it is newer than what it holds at that
/// instant (P10), so its version of a key never decreases (P1) and any order and duplication of arrivals converge (P4).
/// </summary>
public sealed class Follower(string nodeId, IKeyValueStore store, EventRecorder events)
{
    // Highest epoch seen in any message, and whose it is; only grows. Messages of an older one, or of this one by another leadership, are refused.
    private Reign _reign = new(0, LeadershipId.Unnamed);

    // Highest counter seen in any message; survives a reset, so that a leader which recovers from this follower never reuses a version.
    private long _counter;
    private VersioningMode _versioning;

    // Up to this epoch the store remembers too, so that a promise outlives the process. Below zero: the store was not asked yet what it remembers.
    private long _keptEpoch = -1;

    public string NodeId { get; } = nodeId;

    /// <summary>The highest epoch seen, 0 before the first message.</summary>
    public long Epoch => Volatile.Read(ref _reign).Epoch;

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
    /// <exception cref="StoreException">It could not be stored: nothing is acknowledged.</exception>
    public async ValueTask<ReplicateAnswer> ReceiveAsync(ReplicateMessage message, CancellationToken cancellation = default)
    {
        if (_keptEpoch < 0) await RecallAsync(cancellation);
        events.Lamport.Witness(message.Lamport);
        if (!Accepts(message.Reign, message.Leadership)) return Fence(message);
        Raise(ref _counter, message.Version.Counter);
        if (message.Reign > Volatile.Read(ref _keptEpoch)) await KeepEpochAsync(cancellation);
        var startedAt = Now();
        return Answer(message, await store.ApplyAsync(EntryOf(message), RuleOf(message), cancellation), startedAt);
    }

    /// <summary>Takes what one leader sent together, in its order; a durable store keeps all of it in one step.</summary>
    /// <exception cref="StoreException">It could not be stored: nothing is acknowledged.</exception>
    public async ValueTask<ReplicateAnswer[]> ReceiveManyAsync(IReadOnlyList<ReplicateMessage> messages, CancellationToken cancellation = default)
    {
        var answers = new ReplicateAnswer[messages.Count];
        if (messages.Count == 1 || !HaveOneRule(messages))
        {
            for (var i = 0; i < answers.Length; i++) answers[i] = await ReceiveAsync(messages[i], cancellation);
            return answers;
        }

        if (_keptEpoch < 0) await RecallAsync(cancellation);
        var reign = messages[0].Reign;
        var current = Accepts(reign, messages[0].Leadership);
        var entries = new Entry[answers.Length];
        for (var i = 0; i < answers.Length; i++)
        {
            events.Lamport.Witness(messages[i].Lamport);
            if (current) Raise(ref _counter, messages[i].Version.Counter);
            else answers[i] = Fence(messages[i]);
            entries[i] = EntryOf(messages[i]);
        }

        if (!current) return answers;
        if (reign > Volatile.Read(ref _keptEpoch)) await KeepEpochAsync(cancellation);
        var startedAt = Now();
        var results = await store.ApplyManyAsync(entries, RuleOf(messages[0]), cancellation);
        for (var i = 0; i < answers.Length; i++) answers[i] = Answer(messages[i], results[i], startedAt);
        return answers;
    }

    /// <summary>A batch has one sender, so nearly always one reign and one rule; around a change of the setting it has two.</summary>
    private static bool HaveOneRule(IReadOnlyList<ReplicateMessage> messages)
    {
        for (var i = 1; i < messages.Count; i++)
            if (messages[i].Reign != messages[0].Reign || messages[i].Leadership != messages[0].Leadership || messages[i].Versioning != messages[0].Versioning) return false;
        return messages.Count > 0;
    }

    private static Entry EntryOf(ReplicateMessage message) => new(message.Key, message.Value, message.Version);

    private static ApplyRule RuleOf(ReplicateMessage message) =>
        message.Versioning == VersioningMode.Naive ? ApplyRule.LastArrivalWins : ApplyRule.NewerWins;

    private long Now() => store.TakesTime ? events.Time.GetTimestamp() : 0;

    private ReplicateAnswer Answer(ReplicateMessage message, ApplyResult result, long startedAt)
    {
        var (kind, outcome, answer) = result.Outcome switch
        {
            ApplyOutcome.Applied => (EventKind.EntryApplied, DeliveryOutcome.Applied, ReplicateOutcome.Applied),
            ApplyOutcome.Duplicate => (EventKind.EntryDuplicate, DeliveryOutcome.Duplicate, ReplicateOutcome.Duplicate),
            _ => (EventKind.EntryRefused, DeliveryOutcome.Superseded, ReplicateOutcome.Superseded),
        };
        events.Record(kind, message.Key, message.Version, message.Value.Preview(), message.From,
            held: result.Before, outcome: outcome, attempt: AttemptOf(message), naive: message.Versioning == VersioningMode.Naive,
            elapsedMs: store.TakesTime ? events.Time.GetElapsedTime(startedAt).TotalMilliseconds : null);
        return new ReplicateAnswer(answer, result.Held, Epoch, events.Lamport.Time, NodeId);
    }

    /// <summary>Refuses leaders of an older epoch from now on, and in this one all but one, because it is about to begin.</summary>
    /// <returns>False when this epoch or a newer one was seen before: two that want to lead never get the same.</returns>
    /// <exception cref="StoreException">It may forget the promise: it counts as not given.</exception>
    public async ValueTask<bool> SealAsync(long epoch, long leadership = LeadershipId.Unnamed, CancellationToken cancellation = default)
    {
        await RecallAsync(cancellation);
        var next = new Reign(epoch, leadership);
        while (true)
        {
            var seen = Volatile.Read(ref _reign);
            if (epoch <= seen.Epoch) return false;
            if (Interlocked.CompareExchange(ref _reign, next, seen) == seen) break;
        }

        await KeepEpochAsync(cancellation);
        events.Record(EventKind.NodeSealed, version: new EntryVersion(epoch, 0));
        return true;
    }

    /// <summary>Asks the store once what it remembers of earlier runs, before anything is promised or taken.</summary>
    public async ValueTask RecallAsync(CancellationToken cancellation = default)
    {
        if (_keptEpoch >= 0) return;
        var newest = await store.NewestAsync(cancellation);
        Remember(newest);
        Raise(ref _keptEpoch, newest.Epoch);
    }

    /// <summary>Has the store remember the highest epoch seen; nothing of it may be answered before.</summary>
    public async ValueTask KeepEpochAsync(CancellationToken cancellation = default)
    {
        var epoch = Epoch;
        await store.RememberAsync(new EntryVersion(epoch, 0), cancellation);
        Raise(ref _keptEpoch, epoch);
    }

    /// <summary>Takes over what the node knew in another role.</summary>
    public void Remember(EntryVersion highest)
    {
        AdvanceEpoch(highest.Epoch);
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
    public bool AdvanceEpoch(long epoch) => Accepts(epoch, LeadershipId.Unnamed);

    /// <summary>Takes over an epoch, and learns whose it is. Never goes back.</summary>
    /// <returns>False when <paramref name="epoch"/> is older than one seen, or is known from another leadership.</returns>
    public bool Accepts(long epoch, long leadership)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _reign);
            if (epoch < seen.Epoch) return false;
            if (epoch == seen.Epoch)
            {
                if (leadership == seen.Leadership || leadership == LeadershipId.Unnamed) return true;
                if (seen.Leadership != LeadershipId.Unnamed) return false;
            }

            if (Interlocked.CompareExchange(ref _reign, new Reign(epoch, leadership), seen) == seen) return true;
        }
    }

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

    private static int? AttemptOf(ReplicateMessage message) => message.Attempt == 0 ? null : message.Attempt;

    private ReplicateAnswer Fence(ReplicateMessage message)
    {
        events.Record(EventKind.MessageFenced, message.Key, message.Version, peer: message.From,
            held: new EntryVersion(Epoch, 0), outcome: DeliveryOutcome.Failed, attempt: AttemptOf(message), reason: EnumNames.NameOf(DeliveryReason.Fenced),
            detail: message.Reign == Epoch ? $"Epoch {Epoch} is known from another leader." : null);
        return new ReplicateAnswer(ReplicateOutcome.Fenced, EntryVersion.None, Epoch, events.Lamport.Time, NodeId);
    }

    private sealed record Reign(long Epoch, long Leadership);
}
