using CsCheck;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Storage;

/// <summary>Any sequence of steps does to a store what it does to a dictionary and two numbers.</summary>
public abstract partial class StoreContract
{
    private sealed class Model
    {
        public SortedDictionary<string, Entry> Entries { get; } = new(StringComparer.Ordinal);
        public long Epoch { get; set; }
        public long Counter { get; set; }

        public ApplyResult Apply(Entry entry, ApplyRule rule)
        {
            var before = Entries.TryGetValue(entry.Key, out var held) ? held.Version : EntryVersion.None;
            var accepted = rule == ApplyRule.LastArrivalWins || entry.Version > before;
            if (accepted) Entries[entry.Key] = entry;
            Note(entry.Version);
            return new ApplyResult(
                accepted ? ApplyOutcome.Applied : entry.Version == before ? ApplyOutcome.Duplicate : ApplyOutcome.Stale, before, Entries[entry.Key].Version);
        }

        public void Note(EntryVersion version) => (Epoch, Counter) = (Math.Max(Epoch, version.Epoch), Math.Max(Counter, version.Counter));

        public bool RollBack(string key, EntryVersion version, Entry? instead)
        {
            if (!Entries.TryGetValue(key, out var held) || held.Version != version) return false;
            if (instead is null) Entries.Remove(key);
            else Entries[key] = instead;
            return true;
        }
    }

    private static readonly Gen<Entry> AnyEntry = Gen.Select(Gen.Int[0, 3], Gen.Long[1, 3], Gen.Long[1, 6], (key, epoch, counter) => Make($"k{key}", counter, $"{epoch}.{counter}", epoch));
    private static readonly Gen<ApplyRule> AnyRule = Gen.Frequency((4, Gen.Const(ApplyRule.NewerWins)), (1, Gen.Const(ApplyRule.LastArrivalWins)));

    private static readonly Gen<Func<IKeyValueStore, Model, Task>> AnyStep = Gen.Frequency(
        (6, Gen.Select(AnyEntry, AnyRule, (entry, rule) => (Func<IKeyValueStore, Model, Task>)(async (store, model) =>
            Assert.Equal(model.Apply(entry, rule), await store.ApplyAsync(entry, rule, Cancellation))))),
        (4, Gen.Select(AnyEntry.Array[0, 6], AnyRule, (entries, rule) => (Func<IKeyValueStore, Model, Task>)(async (store, model) =>
            Assert.Equal(entries.Select(e => model.Apply(e, rule)).ToList(), await store.ApplyManyAsync(entries, rule, Cancellation))))),
        (3, Gen.Select(AnyEntry, AnyEntry, Gen.Bool, (entry, other, remove) => (Func<IKeyValueStore, Model, Task>)(async (store, model) =>
        {
            var instead = remove ? null : other with { Key = entry.Key };
            if (model.RollBack(entry.Key, entry.Version, instead)) Assert.True(await store.RollBackAsync(entry.Key, entry.Version, instead, Cancellation));
            else Assert.False(await store.RollBackAsync(entry.Key, entry.Version, instead, Cancellation));
            model.Note(entry.Version);
        }))),
        (1, AnyEntry.Select(entry => (Func<IKeyValueStore, Model, Task>)(async (store, model) =>
        {
            model.Note(entry.Version);
            await store.RememberAsync(entry.Version, Cancellation);
        }))),
        (1, Gen.Const((Func<IKeyValueStore, Model, Task>)(async (store, model) =>
        {
            model.Entries.Clear();
            await store.ClearAsync(Cancellation);
        }))));

    [Fact]
    public async Task Any_sequence_of_steps_does_what_it_does_to_a_naive_model()
    {
        var store = await OpenAsync();
        await AnyStep.Array[1, 30].SampleAsync(async steps =>
        {
            await store.ClearAsync(Cancellation);
            var model = new Model();
            model.Note(await store.NewestAsync(Cancellation));
            foreach (var step in steps)
            {
                await step(store, model);
                Assert.Equal(model.Entries.Values, (await AllAsync(store)).Values.OrderBy(e => e.Key, StringComparer.Ordinal));
            }

            // A version that was offered for a roll-back may be noted or not: nobody counts below it.
            var newest = await store.NewestAsync(Cancellation);
            Assert.True(newest.Epoch <= model.Epoch && newest.Counter <= model.Counter);
            Assert.All(model.Entries.Values, e => Assert.True(e.Version.Epoch <= newest.Epoch && e.Version.Counter <= newest.Counter));
        }, iter: 60, threads: 1);
    }
}
