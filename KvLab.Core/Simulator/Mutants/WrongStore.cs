using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulator.Mutants;

/// <summary>A memory that decides wrongly what to take, and is right in everything else.</summary>
/// <remarks>In a simulation nothing happens between a look and what follows, so nothing here is atomic.</remarks>
internal abstract class WrongStore : IKeyValueStore
{
    protected MemoryStore Memory { get; } = new();

    public abstract ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default);

    public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) =>
        Memory.RollBackAsync(key, version, instead, cancellation);

    public ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => Memory.GetAsync(key, cancellation);
    public IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default) => Memory.SnapshotAsync(cancellation);
    public ValueTask ClearAsync(CancellationToken cancellation = default) => Memory.ClearAsync(cancellation);
    public ValueTask<long> CountAsync(CancellationToken cancellation = default) => Memory.CountAsync(cancellation);
    public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => Memory.NewestAsync(cancellation);
    public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) => Memory.RememberAsync(seen, cancellation);

    protected async ValueTask<EntryVersion> HeldAsync(string key, CancellationToken cancellation) => (await Memory.GetAsync(key, cancellation))?.Version ?? EntryVersion.None;
}
