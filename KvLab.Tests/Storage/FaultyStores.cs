using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Storage;

/// <summary>A store without room: it cannot keep anything, and says so.</summary>
public class FullStore : IKeyValueStore
{
    public virtual bool TakesTime => false;
    public virtual ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) => throw new IOException("The disk is full.");
    public virtual ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => ValueTask.FromResult<Entry?>(null);
    public virtual IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default) => AsyncEnumerable.Empty<Entry>();
    public virtual ValueTask ClearAsync(CancellationToken cancellation = default) => ValueTask.CompletedTask;
    public ValueTask<long> CountAsync(CancellationToken cancellation = default) => ValueTask.FromResult(0L);
    public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) => throw new IOException("The disk is full.");

    public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) => ValueTask.CompletedTask;
    public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => ValueTask.FromResult(EntryVersion.None);
}

/// <summary>A store that works but for being emptied.</summary>
public sealed class BrokenClearStore : FullStore
{
    private readonly MemoryStore _inner = new();

    public override ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) => _inner.ApplyAsync(entry, rule, cancellation);
    public override ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => _inner.GetAsync(key, cancellation);
    public override ValueTask ClearAsync(CancellationToken cancellation = default) => throw new IOException("The disk cannot be written.");
}

/// <summary>A store on a slow disk: keeping an entry and emptying take their time, reading does not.</summary>
public sealed class SlowStore(TimeProvider time, TimeSpan perWrite) : FullStore
{
    private readonly MemoryStore _inner = new();

    public override bool TakesTime => true;

    public override async ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default)
    {
        await Task.Delay(perWrite, time, cancellation);
        return await _inner.ApplyAsync(entry, rule, cancellation);
    }

    public override ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => _inner.GetAsync(key, cancellation);

    public override IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default) => _inner.SnapshotAsync(cancellation);

    public override async ValueTask ClearAsync(CancellationToken cancellation = default)
    {
        await Task.Delay(perWrite, time, cancellation);
        await _inner.ClearAsync(cancellation);
    }
}
