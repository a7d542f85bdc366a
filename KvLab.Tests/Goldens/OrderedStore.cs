using System.Runtime.CompilerServices;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Goldens;

/// <summary>A memory that is listed in the order of its keys.</summary>
/// <remarks>
/// <see cref="MemoryStore"/> lists a ConcurrentDictionary, whose order depends on the number of processors. That order reaches the wire:
/// a leader sends a follower what it lacks in the order of its store, and a node that leads after a merge takes entries over in it. Once
/// production sorts there, this class is not needed, and no golden changes.
/// </remarks>
internal sealed class OrderedStore : IKeyValueStore
{
    private readonly MemoryStore _memory = new();

    public async IAsyncEnumerable<Entry> SnapshotAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var entries = new List<Entry>();
        await foreach (var entry in _memory.SnapshotAsync(cancellation)) entries.Add(entry);
        foreach (var entry in entries.OrderBy(e => e.Key, StringComparer.Ordinal)) yield return entry;
    }

    public ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) =>
        _memory.ApplyAsync(entry, rule, cancellation);

    public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) =>
        _memory.RollBackAsync(key, version, instead, cancellation);

    public ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => _memory.GetAsync(key, cancellation);
    public ValueTask ClearAsync(CancellationToken cancellation = default) => _memory.ClearAsync(cancellation);
    public ValueTask<long> CountAsync(CancellationToken cancellation = default) => _memory.CountAsync(cancellation);
    public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => _memory.NewestAsync(cancellation);
    public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) =>
        _memory.RememberAsync(seen, cancellation);
}
