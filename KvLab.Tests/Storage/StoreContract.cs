using System.Text;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Storage;

/// <summary>What every store must do, whatever it keeps its entries in. A back end's tests derive from this.</summary>
public abstract partial class StoreContract : IAsyncDisposable
{
    /// <summary>An empty store.</summary>
    protected abstract Task<IKeyValueStore> OpenAsync();

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static Entry Make(string key, long counter, string value = "x", long epoch = 1) => new(key, JsonText.Of(value), new EntryVersion(epoch, counter));

    protected static async Task<Dictionary<string, Entry>> AllAsync(IKeyValueStore store) =>
        await store.SnapshotAsync(Cancellation).ToDictionaryAsync(e => e.Key, cancellationToken: Cancellation);

    [Fact]
    public async Task An_empty_store_holds_nothing()
    {
        var store = await OpenAsync();
        Assert.Null(await store.GetAsync("k", Cancellation));
        Assert.Equal(0, await store.CountAsync(Cancellation));
        Assert.Equal(EntryVersion.None, await store.NewestAsync(Cancellation));
        Assert.Empty(await AllAsync(store));
    }

    [Fact]
    public async Task A_first_entry_is_applied_and_read_back_whole()
    {
        var store = await OpenAsync();
        var entry = Make("k", 17, "some text", epoch: 3);
        Assert.Equal(new ApplyResult(ApplyOutcome.Applied, EntryVersion.None, entry.Version), await store.ApplyAsync(entry, ApplyRule.NewerWins, Cancellation));
        Assert.Equal(entry, await store.GetAsync("k", Cancellation));
        Assert.Equal(entry, Assert.Single(await AllAsync(store)).Value);
    }

    [Theory]
    [InlineData(1, 5, 1, 6, ApplyOutcome.Applied)]
    [InlineData(1, 5, 2, 1, ApplyOutcome.Applied)]
    [InlineData(1, 5, 1, 5, ApplyOutcome.Duplicate)]
    [InlineData(1, 5, 1, 4, ApplyOutcome.Stale)]
    [InlineData(2, 1, 1, long.MaxValue, ApplyOutcome.Stale)]
    [InlineData(long.MaxValue, long.MaxValue - 1, long.MaxValue, long.MaxValue, ApplyOutcome.Applied)]
    public async Task Newer_wins_and_nothing_else_does(long heldEpoch, long held, long epoch, long counter, ApplyOutcome expected)
    {
        var store = await OpenAsync();
        var first = Make("k", held, "first", heldEpoch);
        var second = Make("k", counter, "second", epoch);
        await store.ApplyAsync(first, ApplyRule.NewerWins, Cancellation);
        var result = await store.ApplyAsync(second, ApplyRule.NewerWins, Cancellation);

        var kept = expected == ApplyOutcome.Applied ? second : first;
        Assert.Equal(new ApplyResult(expected, first.Version, kept.Version), result);
        Assert.Equal(kept, await store.GetAsync("k", Cancellation));
    }

    [Theory]
    [InlineData(6)]
    [InlineData(5)]
    [InlineData(4)]
    public async Task The_last_arrival_wins_where_that_is_the_rule(long counter)
    {
        var store = await OpenAsync();
        await store.ApplyAsync(Make("k", 5, "first"), ApplyRule.LastArrivalWins, Cancellation);
        var result = await store.ApplyAsync(Make("k", counter, "second"), ApplyRule.LastArrivalWins, Cancellation);
        Assert.Equal(new ApplyResult(ApplyOutcome.Applied, new EntryVersion(1, 5), new EntryVersion(1, counter)), result);
        Assert.Equal(Make("k", counter, "second"), await store.GetAsync("k", Cancellation));
    }

    [Fact]
    public async Task Keys_are_independent()
    {
        var store = await OpenAsync();
        await store.ApplyAsync(Make("a", 9), ApplyRule.NewerWins, Cancellation);
        Assert.Equal(ApplyOutcome.Applied, (await store.ApplyAsync(Make("b", 1), ApplyRule.NewerWins, Cancellation)).Outcome);
        Assert.Equal(2, await store.CountAsync(Cancellation));
    }

    public static TheoryData<string> OddKeys => new(
        "a/b//c", "../up", "with space", "%2F", "key:with:colons", "Ünïcödé", "日本語", "👩‍🔬", "a", "A", "'; DROP TABLE entries; --", "*?[x]", "\\", "\u00e9", "e\u0301",
        new string('k', 512), string.Concat(Enumerable.Repeat("日", 512)));

    [Theory]
    [MemberData(nameof(OddKeys))]
    public async Task Odd_keys_are_kept_as_they_are_and_apart(string key)
    {
        var store = await OpenAsync();
        long counter = 0;
        foreach (string other in OddKeys.Select(row => row.Data)) await store.ApplyAsync(Make(other, ++counter, other), ApplyRule.NewerWins, Cancellation);
        Assert.Equal(JsonText.Of(key), (await store.GetAsync(key, Cancellation))!.Value);
        Assert.Equal(OddKeys.Count, await store.CountAsync(Cancellation));
        Assert.Contains(key, (await AllAsync(store)).Keys);
    }

    public static TheoryData<string> Values => new(
        "null", "true", "false", "0", "-0", "1.0", "1e400", "12345678901234567890123456789", "\"\"", "\"\\u0000\\n\\t\"", "\"😀 日本\"", "[]", "{}",
        "[1,[2,[3,{\"a\":null}]]]", "{\"b\":1,\"a\":2,\"b\":3}", "\"" + new string('v', 65_534) + "\"");

    [Theory]
    [MemberData(nameof(Values))]
    public async Task Values_of_every_kind_come_back_byte_by_byte(string json)
    {
        var store = await OpenAsync();
        var value = JsonText.Parse(json);
        await store.ApplyAsync(new Entry("k", value, new EntryVersion(1, 1)), ApplyRule.NewerWins, Cancellation);
        Assert.Equal(Encoding.UTF8.GetString(value.Utf8), Encoding.UTF8.GetString((await store.GetAsync("k", Cancellation))!.Value.Utf8));
    }

    [Fact]
    public async Task A_clear_forgets_every_entry_and_the_store_goes_on()
    {
        var store = await OpenAsync();
        for (var i = 1; i <= 100; i++) await store.ApplyAsync(Make($"k{i}", i), ApplyRule.NewerWins, Cancellation);
        await store.ClearAsync(Cancellation);
        Assert.Equal(0, await store.CountAsync(Cancellation));
        Assert.Empty(await AllAsync(store));
        Assert.Equal(ApplyOutcome.Applied, (await store.ApplyAsync(Make("k1", 1), ApplyRule.NewerWins, Cancellation)).Outcome);
    }

    /// <summary>P2: a leader counts on above it, so neither a reset nor a naive overwrite may take it back.</summary>
    [Fact]
    public async Task Newest_is_the_highest_epoch_and_the_highest_counter_ever_applied()
    {
        var store = await OpenAsync();
        await store.ApplyAsync(Make("a", 7, epoch: 2), ApplyRule.NewerWins, Cancellation);
        await store.ApplyAsync(Make("a", 3), ApplyRule.LastArrivalWins, Cancellation);
        await store.ApplyAsync(Make("b", 9), ApplyRule.NewerWins, Cancellation);
        Assert.Equal(new EntryVersion(2, 9), await store.NewestAsync(Cancellation));
        await store.ClearAsync(Cancellation);
        Assert.Equal(new EntryVersion(2, 9), await store.NewestAsync(Cancellation));
    }

    /// <summary>Each entry as it was at one moment between the call and the end: no torn, doubled or invented ones, and none that was there all the time is missing.</summary>
    [Fact]
    public async Task A_snapshot_under_writes_shows_only_what_was_there()
    {
        var store = await OpenAsync();
        for (var i = 0; i < 200; i++) await store.ApplyAsync(Make($"k{i}", 1, "1"), ApplyRule.NewerWins, Cancellation);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var writer = Task.Run(async () =>
        {
            for (long v = 2; !stop.IsCancellationRequested; v++) await store.ApplyAsync(Make($"k{v % 200}", v, $"{v}"), ApplyRule.NewerWins, CancellationToken.None);
        }, Cancellation);

        for (var round = 0; round < 20; round++)
        {
            var seen = await store.SnapshotAsync(Cancellation).ToListAsync(Cancellation);
            Assert.Equal(Enumerable.Range(0, 200).Select(i => $"k{i}").Order(), seen.Select(e => e.Key).Order());
            Assert.All(seen, e => Assert.Equal(JsonText.Of($"{e.Version.Counter}"), e.Value));
        }

        await stop.CancelAsync();
        await writer;
    }

    /// <summary>16 writers on real threads: every answer fits one order of steps per key, and the newest stays. The model is that order.</summary>
    [Fact]
    public async Task Set_if_newer_is_atomic_under_16_writers()
    {
        const int writers = 16, keys = 3, perWriter = 500;
        var store = await OpenAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var seen = new List<(Entry Offered, ApplyResult Result)>();
            var random = new Random(w);
            for (var i = 0; i < perWriter; i++)
            {
                var entry = Make($"k{random.Next(keys)}", random.Next(1, 2000), $"writer {w}");
                seen.Add((entry, await store.ApplyAsync(entry, ApplyRule.NewerWins, Cancellation)));
            }

            return seen;
        }, Cancellation)));

        foreach (var key in answers.SelectMany(a => a).GroupBy(a => a.Offered.Key))
        {
            var applied = key.Where(a => a.Result.Outcome == ApplyOutcome.Applied).OrderBy(a => a.Offered.Version).ToList();
            // One chain: each applied entry replaced exactly the one applied before it, and none was applied twice.
            var before = EntryVersion.None;
            foreach (var (offered, result) in applied)
            {
                Assert.Equal(new ApplyResult(ApplyOutcome.Applied, before, offered.Version), result);
                before = offered.Version;
            }

            Assert.Equal(key.Max(a => a.Offered.Version), before);
            Assert.Equal(applied[^1].Offered, await store.GetAsync(key.Key, Cancellation));
            Assert.All(key.Where(a => a.Result.Outcome == ApplyOutcome.Duplicate), a => Assert.Equal(a.Offered.Version, a.Result.Held));
            Assert.All(key.Where(a => a.Result.Outcome == ApplyOutcome.Stale), a => Assert.True(a.Result.Held > a.Offered.Version));
            Assert.All(key.Where(a => a.Result.Outcome != ApplyOutcome.Applied), a => Assert.Contains(applied, p => p.Offered.Version == a.Result.Held));
        }
    }

    [Fact]
    public async Task Last_arrivals_are_atomic_under_16_writers()
    {
        const int writers = 16, perWriter = 300;
        var store = await OpenAsync();
        var results = await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            var seen = new List<ApplyResult>();
            for (var i = 0; i < perWriter; i++) seen.Add(await store.ApplyAsync(Make("k", (w * perWriter) + i + 1), ApplyRule.LastArrivalWins, Cancellation));
            return seen;
        }, Cancellation)));

        // Every version was put once, so in one order of steps each is replaced at most once, and exactly one by nobody: the last.
        var replaced = results.SelectMany(r => r).Select(r => r.Before).ToList();
        Assert.Equal(replaced.Count, replaced.Distinct().Count());
        var last = Assert.Single(results.SelectMany(r => r).Select(r => r.Held).Except(replaced));
        Assert.Equal(last, (await store.GetAsync("k", Cancellation))!.Version);
    }
}
