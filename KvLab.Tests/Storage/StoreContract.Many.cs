using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Storage;

/// <summary>Batches, roll-backs, the mark, and much of everything.</summary>
public abstract partial class StoreContract
{
    [Fact]
    public async Task A_batch_is_applied_in_its_order_and_answered_one_by_one()
    {
        var store = await OpenAsync();
        await store.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        var results = await store.ApplyManyAsync(
            [Make("a", 4), Make("b", 6), Make("a", 7), Make("b", 6), Make("a", 6), Make("c", 8)], ApplyRule.NewerWins, Cancellation);
        Assert.Equal(
            [(ApplyOutcome.Stale, 5L, 5L), (ApplyOutcome.Applied, 0, 6), (ApplyOutcome.Applied, 5, 7), (ApplyOutcome.Duplicate, 6, 6), (ApplyOutcome.Stale, 7, 7), (ApplyOutcome.Applied, 0, 8)],
            results.Select(r => (r.Outcome, r.Before.Counter, r.Held.Counter)));
        Assert.Empty(await store.ApplyManyAsync([], ApplyRule.NewerWins, Cancellation));
    }

    [Fact]
    public async Task In_a_naive_batch_the_last_of_a_key_stays()
    {
        var store = await OpenAsync();
        var results = await store.ApplyManyAsync([Make("a", 5), Make("a", 4), Make("b", 1), Make("a", 4, "again")], ApplyRule.LastArrivalWins, Cancellation);
        Assert.Equal([0L, 5, 0, 4], results.Select(r => r.Before.Counter));
        Assert.Equal(Make("a", 4, "again"), await store.GetAsync("a", Cancellation));
        Assert.Equal(5, (await store.NewestAsync(Cancellation)).Counter);
    }

    [Fact]
    public async Task Exactly_the_named_version_is_rolled_back()
    {
        var store = await OpenAsync();
        await store.ApplyManyAsync([Make("a", 5), Make("b", 6)], ApplyRule.NewerWins, Cancellation);
        Assert.False(await store.RollBackAsync("a", new EntryVersion(1, 4), null, Cancellation));
        Assert.False(await store.RollBackAsync("none", new EntryVersion(1, 4), null, Cancellation));
        Assert.True(await store.RollBackAsync("a", new EntryVersion(1, 5), Make("a", 2, "older"), Cancellation));
        Assert.True(await store.RollBackAsync("b", new EntryVersion(1, 6), null, Cancellation));
        Assert.Equal(Make("a", 2, "older"), await store.GetAsync("a", Cancellation));
        Assert.Null(await store.GetAsync("b", Cancellation));
        Assert.Equal(6, (await store.NewestAsync(Cancellation)).Counter);
        Assert.Equal(ApplyOutcome.Applied, (await store.ApplyAsync(Make("b", 1), ApplyRule.NewerWins, Cancellation)).Outcome);
    }

    [Fact]
    public async Task What_is_remembered_raises_the_mark_and_never_lowers_it()
    {
        var store = await OpenAsync();
        await store.RememberAsync(new EntryVersion(3, 10), Cancellation);
        await store.RememberAsync(new EntryVersion(2, 12), Cancellation);
        await store.RememberAsync(EntryVersion.None, Cancellation);
        Assert.Equal(new EntryVersion(3, 12), await store.NewestAsync(Cancellation));
        Assert.Equal(0, await store.CountAsync(Cancellation));
    }

    /// <summary>A version by hand may be anything; a leader that counted on from there could not count.</summary>
    [Fact]
    public async Task A_version_that_no_leader_gives_does_not_count()
    {
        var store = await OpenAsync();
        await store.ApplyManyAsync([Make("a", long.MaxValue), Make("b", 3)], ApplyRule.NewerWins, Cancellation);
        Assert.Equal(new EntryVersion(1, 3), await store.NewestAsync(Cancellation));
    }

    [Fact]
    public async Task A_hundred_thousand_keys_are_held_counted_and_read_each_once()
    {
        var store = await OpenAsync();
        foreach (var piece in Enumerable.Range(1, 100_000).Chunk(5_000))
            await store.ApplyManyAsync([.. piece.Select(i => Make($"key-{i}", i, $"{i}"))], ApplyRule.NewerWins, Cancellation);
        Assert.Equal(100_000, await store.CountAsync(Cancellation));
        var seen = new HashSet<string>();
        await foreach (var entry in store.SnapshotAsync(Cancellation))
        {
            Assert.True(seen.Add(entry.Key));
            Assert.Equal((JsonText.Of($"{entry.Version.Counter}"), $"key-{entry.Version.Counter}"), (entry.Value, entry.Key));
        }

        Assert.Equal(100_000, seen.Count);
    }

    [Fact]
    public async Task A_batch_of_the_largest_values_comes_back_byte_by_byte()
    {
        var store = await OpenAsync();
        var values = Enumerable.Range(0, 64).Select(i => new string((char)('a' + (i % 26)), InputRules.LargestValue - 2)).ToList();
        await store.ApplyManyAsync([.. values.Select((v, i) => Make($"k{i}", i + 1, v))], ApplyRule.NewerWins, Cancellation);
        var all = await AllAsync(store);
        Assert.All(values.Index(), v => Assert.Equal(JsonText.Of(v.Item), all[$"k{v.Index}"].Value));
    }
}
