using System.Collections.Concurrent;
using KvLab.Core.Versioning;

namespace KvLab.Core.Storage;

/// <summary>Holds entries in memory; forgets everything with its process.</summary>
public sealed class MemoryStore : IKeyValueStore
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    // Noted before the entry can be read, and never taken back: at any moment at least as high as every entry.
    private readonly Lock _newestGate = new();
    private EntryVersion _newest;

    public ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) =>
        ValueTask.FromResult(Apply(entry, rule));

    private ApplyResult Apply(Entry entry, ApplyRule rule)
    {
        // Optimistic: read, decide, and swap only if what we decided on is still there.
        while (true)
        {
            if (!_entries.TryGetValue(entry.Key, out var held))
            {
                NoteNewest(entry.Version);
                if (!_entries.TryAdd(entry.Key, entry)) continue;
                return new ApplyResult(ApplyOutcome.Applied, EntryVersion.None, entry.Version);
            }

            if (rule == ApplyRule.NewerWins && entry.Version <= held.Version)
            {
                var outcome = entry.Version == held.Version ? ApplyOutcome.Duplicate : ApplyOutcome.Stale;
                return new ApplyResult(outcome, held.Version, held.Version);
            }

            NoteNewest(entry.Version);
            if (!_entries.TryUpdate(entry.Key, entry, held)) continue;
            return new ApplyResult(ApplyOutcome.Applied, held.Version, entry.Version);
        }
    }

    public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default)
    {
        if (!_entries.TryGetValue(key, out var held) || held.Version != version) return ValueTask.FromResult(false);
        // Both compare with the very entry that was looked at: if a newer one came in between, it stays.
        return ValueTask.FromResult(instead is null ? _entries.TryRemove(KeyValuePair.Create(key, held)) : _entries.TryUpdate(key, instead, held));
    }

    private void NoteNewest(EntryVersion version)
    {
        lock (_newestGate) _newest = _newest.Having(version);
    }

    public ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) =>
        ValueTask.FromResult(_entries.GetValueOrDefault(key));

    public async IAsyncEnumerable<Entry> SnapshotAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await ValueTask.CompletedTask;
        foreach (var (_, entry) in _entries)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    public ValueTask ClearAsync(CancellationToken cancellation = default)
    {
        _entries.Clear();
        return ValueTask.CompletedTask;
    }

    public ValueTask<long> CountAsync(CancellationToken cancellation = default) => ValueTask.FromResult((long)_entries.Count);

    public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default)
    {
        lock (_newestGate) return ValueTask.FromResult(_newest);
    }

    public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default)
    {
        NoteNewest(seen);
        return ValueTask.CompletedTask;
    }
}
