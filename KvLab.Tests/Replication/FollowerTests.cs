using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>What a follower makes of messages, also of those that a student sends by hand with a version of his own.</summary>
[Trait("Category", "Unit")]
public sealed class FollowerTests
{
    private readonly MemoryStore _store = new();
    private readonly RecordedEvents _events = new();
    private readonly Follower _follower;

    public FollowerTests() => _follower = new Follower("follower-1", _store, new EventRecorder("follower-1", "1", TimeProvider.System, _events));

    private Task<ReplicateAnswer> ReceiveAsync(
        long counter, string value = "x", long epoch = 1, long lamport = 0, VersioningMode versioning = VersioningMode.Versioned, string key = "k") =>
        _follower.ReceiveAsync(new ReplicateMessage(key, JsonText.Of(value), new EntryVersion(epoch, counter), lamport, "leader", versioning), TestContext.Current.CancellationToken).AsTask();

    private async Task<string?> HeldAsync(string key = "k") => (await _store.GetAsync(key, TestContext.Current.CancellationToken))?.Value.ToString();

    [Fact]
    public async Task New_entry_is_applied()
    {
        var answer = await ReceiveAsync(1, "a");
        Assert.Equal((ReplicateOutcome.Applied, new EntryVersion(1, 1), "follower-1", true), (answer.Outcome, answer.Held, answer.Node, answer.IsAck));
        var applied = Assert.Single(_events.All);
        Assert.Equal((EventKind.EntryApplied, "k", 1L, "\"a\"", "leader", EntryVersion.None), (applied.Kind, applied.Key, applied.Version, applied.Value, applied.Peer, applied.Held));
    }

    [Fact]
    public async Task Stale_update_is_refused_and_still_acks()
    {
        await ReceiveAsync(3, "new");
        var answer = await ReceiveAsync(1, "old");

        Assert.Equal((ReplicateOutcome.Superseded, new EntryVersion(1, 3), true), (answer.Outcome, answer.Held, answer.IsAck));
        Assert.Equal("\"new\"", await HeldAsync());
        var refused = _events.All[^1];
        Assert.Equal((EventKind.EntryRefused, DeliveryOutcome.Superseded, new EntryVersion(1, 3)), (refused.Kind, refused.Outcome, refused.Held));
    }

    [Fact]
    public async Task The_same_version_again_changes_nothing_whatever_its_value()
    {
        await ReceiveAsync(3, "first");
        var answer = await ReceiveAsync(3, "second");
        Assert.Equal((ReplicateOutcome.Duplicate, true), (answer.Outcome, answer.IsAck));
        Assert.Equal("\"first\"", await HeldAsync());
        Assert.Equal(EventKind.EntryDuplicate, _events.All[^1].Kind);
    }

    [Fact]
    public async Task The_seeds_example_3_1_2_leaves_3()
    {
        ReplicateOutcome[] outcomes = [(await ReceiveAsync(3, "c")).Outcome, (await ReceiveAsync(1, "a")).Outcome, (await ReceiveAsync(2, "b")).Outcome];
        Assert.Equal([ReplicateOutcome.Applied, ReplicateOutcome.Superseded, ReplicateOutcome.Superseded], outcomes);
        Assert.Equal("\"c\"", await HeldAsync());
    }

    [Fact]
    public async Task In_naive_mode_3_1_2_leaves_2_and_the_event_shows_the_newer_one_that_went()
    {
        foreach (var (counter, value) in new[] { (3L, "c"), (1L, "a"), (2L, "b") }) await ReceiveAsync(counter, value, versioning: VersioningMode.Naive);
        Assert.Equal("\"b\"", await HeldAsync());
        Assert.All(_events.All, e => Assert.True(e.Naive));
        Assert.Equal([(0, 3L), (3, 1), (1, 2)], _events.All.Select(e => (e.HeldVersion, e.Version)));
    }

    [Fact]
    public async Task A_message_of_an_older_epoch_is_fenced_which_is_no_ack_and_changes_nothing()
    {
        await ReceiveAsync(5, "new reign", epoch: 2);
        var answer = await ReceiveAsync(99, "old reign", epoch: 1, key: "other");

        Assert.Equal((ReplicateOutcome.Fenced, 2L, false), (answer.Outcome, answer.Epoch, answer.IsAck));
        Assert.Null(await HeldAsync("other"));
        var fenced = _events.All[^1];
        Assert.Equal((EventKind.MessageFenced, 1L, 2L, "fenced"), (fenced.Kind, fenced.Epoch, fenced.HeldEpoch, fenced.Reason));
        Assert.Equal(new EntryVersion(2, 5), _follower.Highest);
    }

    [Fact]
    public async Task Naive_mode_does_not_switch_fencing_off()
    {
        await ReceiveAsync(1, "new reign", epoch: 2, versioning: VersioningMode.Naive);
        Assert.Equal(ReplicateOutcome.Fenced, (await ReceiveAsync(9, "old reign", epoch: 1, versioning: VersioningMode.Naive)).Outcome);
        Assert.Equal("\"new reign\"", await HeldAsync());
    }

    [Fact]
    public async Task A_newer_epoch_wins_with_a_lower_counter()
    {
        await ReceiveAsync(100, "old reign");
        Assert.Equal(ReplicateOutcome.Applied, (await ReceiveAsync(1, "new reign", epoch: 2)).Outcome);
    }

    [Fact]
    public async Task The_epoch_never_goes_back()
    {
        Assert.True(_follower.AdvanceEpoch(5));
        Assert.False(_follower.AdvanceEpoch(4));
        Assert.True(_follower.AdvanceEpoch(5));
        Assert.Equal(ReplicateOutcome.Fenced, (await ReceiveAsync(1, epoch: 4)).Outcome);
        Assert.Equal(5, _follower.Epoch);
    }

    [Fact]
    public async Task A_reset_forgets_entries_but_neither_epoch_nor_highest_version()
    {
        await ReceiveAsync(7, epoch: 3);
        await _follower.ClearAsync(TestContext.Current.CancellationToken);
        Assert.Null(await HeldAsync());
        Assert.Equal(new EntryVersion(3, 7), _follower.Highest);
        Assert.Equal(ReplicateOutcome.Fenced, (await ReceiveAsync(8, epoch: 2)).Outcome);
        Assert.Equal(EventKind.StoreCleared, _events.All[1].Kind);
    }

    [Fact]
    public async Task The_highest_version_counts_refused_ones_of_other_keys_too()
    {
        await ReceiveAsync(long.MaxValue, key: "by hand");
        await ReceiveAsync(2);
        Assert.Equal(long.MaxValue, _follower.Highest.Counter);
    }

    [Fact]
    public async Task A_receivers_clock_moves_past_the_message_and_its_answer_carries_it()
    {
        var answer = await ReceiveAsync(1, lamport: 41);
        Assert.True(_events.All[0].Lamport > 41);
        Assert.True(answer.Lamport >= _events.All[0].Lamport);
        Assert.True((await ReceiveAsync(2, lamport: 5)).Lamport > answer.Lamport);
    }

    [Fact]
    public void Changing_the_rule_for_messages_by_hand_is_reported_once()
    {
        _follower.Versioning = VersioningMode.Versioned;
        _follower.Versioning = VersioningMode.Naive;
        _follower.Versioning = VersioningMode.Naive;
        Assert.True(Assert.Single(_events.All, e => e.Kind == EventKind.SettingsChanged).Naive);
    }

    /// <summary>P4 at the follower: any order and any repetition of the same messages leaves the same entries.</summary>
    [Fact]
    public void P4_apply_is_a_join() =>
        Gen.Select(Gen.Int[0, 2], Gen.Long[1, 3], Gen.Long[1, 6]).Array[1, 30].SelectMany(m => Gen.Select(Gen.Const(m), Gen.Shuffle(m), Gen.Int[0, m.Length - 1].Array[0, 10]))
            .Sample((inOrder, shuffled, again) =>
            {
                var expected = inOrder.GroupBy(m => m.Item1).ToDictionary(g => $"k{g.Key}", g => g.Max(m => new EntryVersion(m.Item2, m.Item3)));
                Assert.Equal(expected, Apply(inOrder));
                Assert.Equal(expected, Apply([.. shuffled, .. again.Select(i => inOrder[i])]));
            });

    private static Dictionary<string, EntryVersion> Apply((int Key, long Epoch, long Counter)[] messages)
    {
        // Memory has applied an entry before the call returns.
        var store = new MemoryStore();
        foreach (var m in messages)
        {
            var version = new EntryVersion(m.Epoch, m.Counter);
            _ = store.ApplyAsync(new Entry($"k{m.Key}", JsonText.Of($"{version}"), version), ApplyRule.NewerWins).AsTask();
        }

        return LabCluster.Entries(store).ToDictionary(e => e.Key, e => e.Value.Version);
    }
}
