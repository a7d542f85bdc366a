using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Storage;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Storage;

/// <summary>What a store outside the process must do beside: keep all of it when the process ends, and keep nodes apart.</summary>
public abstract class DurableStoreContract : StoreContract
{
    private readonly List<DurableStore> _opened = [];

    /// <summary>A store of this node over the same place, not opened yet.</summary>
    protected abstract Task<DurableStore> CreateAsync(string node);

    /// <summary>As a newer program would have left it.</summary>
    protected abstract Task RaiseSchemaAsync(string node);

    protected async Task<DurableStore> StartAsync(string node = "follower-1")
    {
        var store = await CreateAsync(node);
        _opened.Add(store);
        await store.TryOpenAsync(Cancellation);
        Assert.True(store.Status.Ok, store.Status.Sentence);
        return store;
    }

    protected override async Task<IKeyValueStore> OpenAsync() => await StartAsync();

    public override async ValueTask DisposeAsync()
    {
        foreach (var store in _opened) await store.DisposeAsync();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_restart_keeps_entries_and_mark()
    {
        var store = await StartAsync();
        await store.ApplyManyAsync([Make("a", 5, "five"), Make("b", 6, epoch: 2), Make("c", 7)], ApplyRule.NewerWins, Cancellation);
        await store.RememberAsync(new EntryVersion(9, 2), Cancellation);
        await store.DisposeAsync();

        var again = await StartAsync();
        Assert.Equal([Make("a", 5, "five"), Make("b", 6, epoch: 2), Make("c", 7)], (await AllAsync(again)).Values.OrderBy(e => e.Key));
        Assert.Equal(new EntryVersion(9, 7), await again.NewestAsync(Cancellation));
        Assert.Equal(ApplyOutcome.Duplicate, (await again.ApplyAsync(Make("c", 7), ApplyRule.NewerWins, Cancellation)).Outcome);
    }

    /// <summary>P2: whatever made the entry with the highest counter go, its counter is known after a restart.</summary>
    [Theory]
    [InlineData("clear")]
    [InlineData("rollback")]
    [InlineData("naive")]
    public async Task The_highest_counter_survives_its_entry_and_a_restart(string how)
    {
        var store = await StartAsync();
        await store.ApplyAsync(Make("a", 42, epoch: 3), ApplyRule.NewerWins, Cancellation);
        if (how == "clear") await store.ClearAsync(Cancellation);
        else if (how == "rollback") await store.RollBackAsync("a", new EntryVersion(3, 42), null, Cancellation);
        else await store.ApplyAsync(Make("a", 1), ApplyRule.LastArrivalWins, Cancellation);
        await store.DisposeAsync();
        Assert.Equal(new EntryVersion(3, 42), await (await StartAsync()).NewestAsync(Cancellation));
    }

    [Fact]
    public async Task It_knows_whether_anything_lay_there()
    {
        var store = await StartAsync();
        Assert.True(store.BeganEmpty);
        await store.DisposeAsync();
        Assert.False((await StartAsync()).BeganEmpty);
    }

    [Fact]
    public async Task A_promise_to_a_new_leader_survives_a_restart()
    {
        var store = await StartAsync();
        Assert.True(await NewFollower(store).SealAsync(5, cancellation: Cancellation));
        await store.DisposeAsync();

        var follower = NewFollower(await StartAsync());
        Assert.Equal(ReplicateOutcome.Fenced, (await follower.ReceiveAsync(Message("a", 1, reign: 4), Cancellation)).Outcome);
        Assert.False(await follower.SealAsync(5, cancellation: Cancellation));
    }

    [Fact]
    public async Task A_reign_learnt_from_a_message_about_older_entries_survives_a_restart()
    {
        var store = await StartAsync();
        await NewFollower(store).ReceiveManyAsync([Message("a", 1, reign: 7), Message("b", 2, reign: 7)], Cancellation);
        await store.DisposeAsync();
        Assert.Equal(ReplicateOutcome.Fenced, (await NewFollower(await StartAsync()).ReceiveAsync(Message("a", 3, reign: 6), Cancellation)).Outcome);
    }

    [Fact]
    public async Task Two_nodes_know_nothing_of_each_other()
    {
        var (one, two) = (await StartAsync("follower-1"), await StartAsync("follower-2"));
        await one.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        await two.ApplyAsync(Make("a", 3, "other"), ApplyRule.NewerWins, Cancellation);
        await two.RememberAsync(new EntryVersion(8, 0), Cancellation);
        Assert.Equal((Make("a", 5), 1L, 5L), (await one.GetAsync("a", Cancellation), (await one.NewestAsync(Cancellation)).Epoch, (await one.NewestAsync(Cancellation)).Counter));
        await one.ClearAsync(Cancellation);
        Assert.Equal(Make("a", 3, "other"), await two.GetAsync("a", Cancellation));
    }

    [Fact]
    public async Task A_second_process_is_refused_for_as_long_as_the_first_runs()
    {
        var first = await StartAsync();
        await using var second = await CreateAsync("follower-1");
        var refused = await Assert.ThrowsAsync<StoreException>(() => second.TryOpenAsync(Cancellation));
        Assert.Equal(StoreFailure.Schema, refused.Failure);
        Assert.Contains("in use by another running process", refused.Message, StringComparison.Ordinal);
        Assert.Equal(ApplyOutcome.Applied, (await first.ApplyAsync(Make("a", 1), ApplyRule.NewerWins, Cancellation)).Outcome);

        await first.DisposeAsync();
        await Patience.UntilAsync(() => second.Status.Ok, "the second goes on by itself");
        Assert.Equal(ApplyOutcome.Duplicate, (await second.ApplyAsync(Make("a", 1), ApplyRule.NewerWins, Cancellation)).Outcome);
    }

    [Fact]
    public async Task A_newer_schema_is_refused_in_words_and_left_alone()
    {
        await (await StartAsync()).DisposeAsync();
        await RaiseSchemaAsync("follower-1");
        await using var store = await CreateAsync("follower-1");
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.TryOpenAsync(Cancellation));
        Assert.Equal(StoreFailure.Schema, refused.Failure);
        Assert.Contains("made by a newer KvLab", refused.Message, StringComparison.Ordinal);
        Assert.Equal(StoreFailure.Schema, (await Assert.ThrowsAsync<StoreException>(async () => await store.ApplyAsync(Make("a", 1), ApplyRule.NewerWins, Cancellation))).Failure);
    }

    /// <summary>While the place accepts no writes: it says so in its own word, stores nothing and can be read; afterwards it goes on by itself.</summary>
    /// <param name="store">Holds <c>a</c> in version 5.</param>
    protected static async Task AssertRefusesAndGoesOnAsync(DurableStore store, StoreFailure expected, Func<Task> letWrite)
    {
        // A server may take a moment to heed what it was told.
        await Assert.ThrowsAsync<StoreException>(() => Patience.UntilAsync(async () =>
        {
            await store.RememberAsync(EntryVersion.None, Cancellation);
            return false;
        }, "a write is refused"));
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await store.ApplyAsync(Make("a", 6), ApplyRule.NewerWins, Cancellation));
        Assert.Equal((expected, false, expected), (refused.Failure, store.Status.Ok, store.Status.Failure));
        Assert.Equal(Make("a", 5), await store.GetAsync("a", Cancellation));
        Assert.False(store.Status.Ok);

        await letWrite();
        await Patience.UntilAsync(() => store.Status.Ok, "the store recovers");
        var later = await store.ApplyAsync(Make("a", 7), ApplyRule.NewerWins, Cancellation);
        Assert.Equal((ApplyOutcome.Applied, 5), (later.Outcome, later.Before.Counter));
    }

    private static Follower NewFollower(IKeyValueStore store) => new("follower-1", store, new Core.Events.EventRecorder("follower-1", "1", TimeProvider.System, new RecordedEvents()));

    private static ReplicateMessage Message(string key, long counter, long reign) =>
        new(key, JsonText.Of("x"), new EntryVersion(1, counter), 0, "leader", VersioningMode.Versioned) { Reign = reign };
}
