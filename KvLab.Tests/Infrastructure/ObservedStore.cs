using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>One call of a replica's store: what was offered, what was held just before and just after.</summary>
public sealed record StoreStep(string Node, string Key, EntryVersion Offered, ApplyRule Rule, EntryVersion Before, EntryVersion After, ApplyOutcome Said);

/// <summary>Writes down what a store really did, beside what it said.</summary>
public sealed class ObservedStore(string node, IKeyValueStore inner, List<StoreStep> steps) : IKeyValueStore
{
    public async ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default)
    {
        var before = await HeldAsync(entry.Key);
        var result = await inner.ApplyAsync(entry, rule, cancellation);
        steps.Add(new StoreStep(node, entry.Key, entry.Version, rule, before, await HeldAsync(entry.Key), result.Outcome));
        return result;
    }

    private async ValueTask<EntryVersion> HeldAsync(string key) => (await inner.GetAsync(key))?.Version ?? EntryVersion.None;

    public ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => inner.GetAsync(key, cancellation);
    public IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default) => inner.SnapshotAsync(cancellation);
    public ValueTask ClearAsync(CancellationToken cancellation = default) => inner.ClearAsync(cancellation);
    public ValueTask<long> CountAsync(CancellationToken cancellation = default) => inner.CountAsync(cancellation);
    public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) =>
        inner.RollBackAsync(key, version, instead, cancellation);

    public bool TakesTime => inner.TakesTime;
    public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) => inner.RememberAsync(seen, cancellation);
    public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => inner.NewestAsync(cancellation);
}
