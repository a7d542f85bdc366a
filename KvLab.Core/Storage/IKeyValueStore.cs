using KvLab.Core.Versioning;

namespace KvLab.Core.Storage;

/// <summary>
/// What one replica remembers. Every back end passes the same contract tests. One that cannot do what it is asked throws <see cref="StoreException"/>.
/// All members are safe for concurrent use.
/// </summary>
public interface IKeyValueStore
{
    /// <summary>Whether storing takes a time that is worth telling; memory takes less than looking at a clock does.</summary>
    bool TakesTime => false;

    /// <summary>
    /// Compares and stores in one atomic step per key; never read-then-write.
    /// A store that cannot keep the entry throws, so that nothing is acknowledged that is not held.
    /// </summary>
    ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default);

    /// <summary>
    /// As <see cref="ApplyAsync"/> for each of them in this order. A durable store keeps all of them or none, in one step; one that throws has kept
    /// any number of them, and nobody may rely on any.
    /// </summary>
    async ValueTask<ApplyResult[]> ApplyManyAsync(IReadOnlyList<Entry> entries, ApplyRule rule, CancellationToken cancellation = default)
    {
        var results = new ApplyResult[entries.Count];
        for (var i = 0; i < results.Length; i++) results[i] = await ApplyAsync(entries[i], rule, cancellation);
        return results;
    }

    /// <summary>
    /// Takes one write back, in one atomic step: if exactly <paramref name="version"/> is held for the key, it is replaced by <paramref name="instead"/>,
    /// or removed where that is null. The only way in which a replica's version may decrease; failover needs it for what a replaced leader alone had stored.
    /// </summary>
    /// <returns>False when another version is held, or none; nothing changed then.</returns>
    ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default);

    ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default);

    /// <summary>Every entry, each as it was at one moment between the call and the end of the enumeration.</summary>
    IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default);

    ValueTask ClearAsync(CancellationToken cancellation = default);

    /// <summary>How many keys are held.</summary>
    ValueTask<long> CountAsync(CancellationToken cancellation = default);

    /// <summary>
    /// The highest epoch and the highest counter ever applied or remembered, whatever became of the entries: neither a clear, nor a roll-back, nor a naive
    /// overwrite takes it back, so that a leader which counts on above it never uses a version twice (P2). Never below an entry that can be read, but for
    /// versions that no leader gives (<see cref="EntryVersion.IsCountable"/>). <see cref="EntryVersion.None"/> before the first.
    /// </summary>
    ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Keeps in mind, as lastingly as an entry, that this epoch and this counter were seen: what a node promised to a new leader, it must know after a restart.
    /// </summary>
    ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default);
}
