using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>A store that takes its time, as one on a disk does: others get their turn before and after every call.</summary>
public sealed class YieldingStore(IKeyValueStore inner) : IKeyValueStore
{
    public async ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default)
    {
        await Task.Yield();
        var result = await inner.ApplyAsync(entry, rule, cancellation);
        await Task.Yield();
        return result;
    }

    public async ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default)
    {
        await Task.Yield();
        return await inner.GetAsync(key, cancellation);
    }

    public IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default) => inner.SnapshotAsync(cancellation);

    public async ValueTask ClearAsync(CancellationToken cancellation = default)
    {
        await Task.Yield();
        await inner.ClearAsync(cancellation);
    }

    public ValueTask<long> CountAsync(CancellationToken cancellation = default) => inner.CountAsync(cancellation);
    public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) =>
        inner.RollBackAsync(key, version, instead, cancellation);

    public bool TakesTime => inner.TakesTime;
    public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) => inner.RememberAsync(seen, cancellation);
    public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => inner.NewestAsync(cancellation);
}
