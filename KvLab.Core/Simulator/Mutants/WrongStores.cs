using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Simulator.Mutants;

/// <summary>The rule of the naive mode, whatever the settings say.</summary>
internal sealed class LastArrivalStore : WrongStore
{
    public override ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) =>
        Memory.ApplyAsync(entry, ApplyRule.LastArrivalWins, cancellation);
}

/// <summary>Versions are of a key: those of one say nothing of another. Here what is newest of all decides, so what is late for one key is refused for any.</summary>
internal sealed class KeylessStore : WrongStore
{
    public override async ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default)
    {
        var newest = EntryVersion.None;
        await foreach (var other in Memory.SnapshotAsync(cancellation)) newest = EntryVersion.Max(newest, other.Version);
        if (rule == ApplyRule.LastArrivalWins || entry.Version >= newest) return await Memory.ApplyAsync(entry, rule, cancellation);
        return new ApplyResult(ApplyOutcome.Stale, await HeldAsync(entry.Key, cancellation), newest);
    }
}
