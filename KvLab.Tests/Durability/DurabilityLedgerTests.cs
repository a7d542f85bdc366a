using KvLab.Core.Durability;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Durability;

[Trait("Category", "Unit")]
public sealed class DurabilityLedgerTests
{
    [Fact]
    public void Holders_at_the_answer_and_holders_now_are_two_things()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-2");
        story.Confirm("follower-1", 1, "k1");
        story.Confirm("follower-3", 1, "k1");
        Assert.Equal(["leader", "follower-2"], story[1].HeldAtAnswer);
        Assert.Equal(["leader", "follower-1", "follower-2", "follower-3"], story[1].HeldNow);
        Assert.Equal(DurabilityState.Held, story[1].State);
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-2; now 4 replicas hold it or a newer version.", story[1].Why);
    }

    [Fact]
    public void A_write_whose_only_holders_died_is_lost_and_its_sentence_says_why()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-3");
        story.Killed("follower-3");
        Assert.Equal(DurabilityState.AtRisk, story[1].State);
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-3; now only leader holds it, because follower-3 was killed.", story[1].Why);
        story.Killed("leader");
        Assert.Equal((DurabilityState.Lost, story.Now), (story[1].State, story[1].LostAt));
        Assert.Empty(story[1].HeldNow);
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-3; follower-3 and leader were killed, and no other node held it.", story[1].Why);
        Assert.Equal(new DurabilityCounts(1, 0, 0, 1, 0, 0), story.Counts);
    }

    [Fact]
    public void With_W_equal_to_N_the_same_two_deaths_lose_nothing()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-1", "follower-2", "follower-3");
        story.Killed("leader", "follower-3");
        Assert.Equal(DurabilityState.Held, story[1].State);
        Assert.Equal(["follower-1", "follower-2"], story[1].HeldNow);
        Assert.Equal(0, story.Counts.Lost);
    }

    [Fact]
    public void What_only_others_hold_goes_by_what_each_write_really_had()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-1");
        story.Write(2, "k2", "follower-1", "follower-2", "follower-3");
        story.Write(3, "k3", "follower-1");
        story.Confirm("follower-3", 3, "k3");

        var reach = story.Ledger.Beyond(["follower-2", "follower-3"], 10, story.Now);
        Assert.Equal((3, 1, 0, 0), (reach.Followed, reach.Beyond, reach.Lost, reach.Unknown));
        Assert.Equal(1, Assert.Single(reach.Rows).Write.Version.Counter);
        Assert.Equal(["leader", "follower-1"], reach.Rows[0].HeldNow);
        Assert.Equal(0, story.Ledger.Beyond(["follower-1"], 10, story.Now).Beyond);

        // A newer write of the key is as good; a node that is gone holds nothing; what is lost already is no risk of the promotion.
        story.Accept(4, "k1");
        story.Confirm("follower-2", 4, "k1");
        Assert.Equal(0, story.Ledger.Beyond(["follower-2", "follower-3"], 10, story.Now).Beyond);
        story.Killed("follower-2");
        Assert.Equal(1, story.Ledger.Beyond(["follower-2", "follower-3"], 10, story.Now).Beyond);
        story.Killed("leader", "follower-1");
        reach = story.Ledger.Beyond(["follower-2", "follower-3"], 10, story.Now);
        Assert.Equal((2, 0, 1), (reach.Followed, reach.Beyond, reach.Lost));
    }

    [Fact]
    public void With_W_zero_only_the_leader_need_hold_it()
    {
        var story = new LedgerStory();
        story.Write(1, "k1");
        Assert.Equal(1, story.Counts.AtRisk);
        story.Killed("leader");
        Assert.Equal("W = 0: the client was answered before any follower had acknowledged, so only leader held it; leader was killed, and no other node held it.", story[1].Why);
    }

    [Fact]
    public void A_newer_version_of_the_key_is_as_good()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-1");
        story.Accept(2, "k1");
        story.Confirm("follower-2", 2, "k1");
        story.Killed("leader", "follower-1");
        Assert.Equal(["follower-2"], story[1].HeldNow);
        Assert.Equal(DurabilityState.AtRisk, story[1].State);
    }

    [Fact]
    public void What_is_written_after_a_loss_does_not_take_it_back()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-3");
        story.Killed("follower-3", "leader");
        story.Began("leader");
        story.Epoch = 2;
        story.Write(2, "k1", "follower-1");
        Assert.Equal(DurabilityState.Lost, story.Of(1, 1).State);
        Assert.Equal(new DurabilityCounts(2, 1, 0, 1, 0, 0), story.Counts);
    }

    [Fact]
    public void Late_news_of_a_node_that_lived_on_corrects_a_loss()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-3");
        story.Killed("follower-3", "leader");
        Assert.Equal(1, story.Counts.Lost);
        story.Ledger.Holds("follower-1", "k1", story.V(1));
        Assert.Equal((DurabilityState.AtRisk, 0L), (story[1].State, story.Counts.Lost));
        Assert.Empty(story.Ledger.Lost(10, story.Now));
    }

    [Fact]
    public void Last_words_of_a_dead_leader_count_for_the_moment_of_the_answer_only()
    {
        var story = new LedgerStory();
        story.Accept(1, "k1");
        story.Killed("leader");
        story.Confirm("follower-2", 1, "k1");
        story.Answer(1, "k1", 1);
        Assert.Equal(["leader", "follower-2"], story[1].HeldAtAnswer);
        Assert.Equal(["follower-2"], story[1].HeldNow);
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-2; now only follower-2 holds it, because leader was killed.", story[1].Why);
    }

    [Fact]
    public void An_ack_that_is_reported_after_its_follower_came_back_empty_proves_nothing()
    {
        var story = new LedgerStory();
        story.Accept(1, "k1");
        story.Killed("follower-1");
        story.Began("follower-1");
        story.Ledger.Confirmed("follower-1", "k1", story.V(1), story.V(1));
        story.Answer(1, "k1", 1);
        Assert.Equal(["leader"], story[1].HeldNow);
        story.Ledger.Holds("follower-1", "k1", story.V(1));
        Assert.Equal(["leader", "follower-1"], story[1].HeldNow);
    }

    [Fact]
    public void A_node_that_is_emptied_lives_on()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-1");
        story.Ledger.Emptied("follower-1", "was emptied", story.Tick());
        Assert.Equal(["leader"], story[1].HeldNow);
        story.Ledger.Holds("follower-1", "k1", story.V(1));
        Assert.Equal(["leader", "follower-1"], story[1].HeldNow);
        Assert.EndsWith("although follower-1 was emptied.", story[1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_removed_follower_held_nobody_can_read()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-2");
        story.Ledger.Removed("follower-2", story.Tick());
        story.Killed("leader");
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-2; follower-2 was removed from the cluster, leader was killed, and no other node held it.", story[1].Why);
        story.Began("follower-2");
        Assert.Equal(DurabilityState.Lost, story[1].State);
    }

    [Fact]
    public void A_leader_whose_counter_begins_anew_promises_what_nobody_stores()
    {
        var story = new LedgerStory();
        story.Write(7, "k1", "follower-1", "follower-2", "follower-3");
        story.Killed("leader");
        story.Began("leader");
        // The seed's disaster: counter back at 1, every follower refuses as stale, holding v7, and acks.
        story.Accept(1, "k1");
        foreach (var follower in (string[])["follower-1", "follower-2", "follower-3"])
        {
            story.Ledger.Holds(follower, "k1", story.V(7));
            story.Ledger.Confirmed(follower, "k1", story.V(1), story.V(7));
        }
        story.Answer(1, "k1", 3);
        Assert.Equal((DurabilityState.AtRisk, "leader"), (story[1].State, Assert.Single(story[1].HeldNow)));
        Assert.Equal(DurabilityState.Held, story[7].State);
        story.Killed("leader");
        Assert.Equal(DurabilityState.Lost, story[1].State);
    }

    [Fact]
    public void A_leader_that_counts_on_reuses_nothing()
    {
        var story = new LedgerStory();
        story.Write(7, "k1", "follower-1");
        story.Killed("leader");
        story.Began("leader");
        story.Epoch = 2;
        story.Ledger.Holds("leader", "k1", new EntryVersion(1, 7));
        story.Write(8, "k2", "follower-1");
        Assert.Equal(["leader", "follower-1"], story.Of(1, 7).HeldNow);
    }

    [Fact]
    public void A_write_that_an_old_leader_takes_back_is_lost_although_the_new_one_wrote_the_key_again()
    {
        var story = new LedgerStory();
        story.Write(5, "k1", "follower-3");
        story.Killed("follower-3");
        (story.Leader, story.Epoch) = ("follower-1", 2);
        story.Write(6, "k1", "follower-2");
        Assert.Equal(DurabilityState.Held, story.Of(1, 5).State);
        story.Ledger.RolledBack("leader", "k1", new EntryVersion(1, 5), new EntryVersion(2, 6), story.Tick());
        Assert.Equal(DurabilityState.Lost, story.Of(1, 5).State);
        Assert.Equal(
            "W = 1: the only follower that had acknowledged was follower-3; follower-3 was killed, leader rolled it back when it stepped down, and no other node held it.",
            story.Of(1, 5).Why);
    }

    [Fact]
    public void In_naive_mode_an_older_arrival_loses_a_promise_and_a_newer_one_does_not_bring_it_back()
    {
        var story = new LedgerStory(1);
        story.Accept(2, "k1");
        story.Confirm("follower-1", 2, "k1");
        story.Answer(2, "k1", 1, naive: true);
        foreach (var node in (string[])["leader", "follower-1"])
            story.Ledger.HoldsExactly(node, "k1", story.V(1), "replaced it by an older write (naive mode)", story.Tick());
        Assert.Equal(DurabilityState.Lost, story[2].State);
        Assert.Contains("leader and follower-1 replaced it by an older write (naive mode)", story[2].Why, StringComparison.Ordinal);
        story.Accept(3, "k1");
        Assert.Equal(DurabilityState.Lost, story[2].State);
    }

    [Fact]
    public void Confirmations_whose_names_died_with_the_leader_are_counted_in_words()
    {
        var story = new LedgerStory();
        story.Accept(1, "k1");
        story.Confirm("follower-1", 1, "k1");
        story.Answer(1, "k1", 2);
        Assert.StartsWith("W = 2: 2 followers had acknowledged (reported by then: follower-1)", story[1].Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_begins_the_ledger_anew()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-1");
        story.Killed("leader", "follower-1");
        story.Ledger.Clear();
        Assert.Equal(DurabilityCounts.Zero, story.Counts);
        Assert.Null(story.Ledger.Find(story.V(1), story.Now));
        Assert.Empty(story.Ledger.Lost(10, story.Now));
    }

    [Fact]
    public void Late_news_of_a_newer_write_of_the_same_reign_corrects_a_loss_too()
    {
        var story = new LedgerStory();
        story.Write(1, "k1", "follower-3");
        story.Accept(2, "k1");
        story.Killed("follower-3", "leader");
        Assert.Equal(1, story.Counts.Lost);
        story.Ledger.Holds("follower-1", "k1", story.V(2));
        Assert.Equal((DurabilityState.AtRisk, "follower-1"), (story[1].State, Assert.Single(story[1].HeldNow)));
    }

    [Fact]
    public void Only_the_latest_acknowledged_writes_are_followed_and_the_others_counted()
    {
        var story = new LedgerStory(1);
        for (var v = 1; v <= DurabilityLedger.Window + 5; v++) story.Write(v, $"k{v % 7}", "follower-1");
        Assert.Equal(new DurabilityCounts(DurabilityLedger.Window + 5, DurabilityLedger.Window, 0, 0, 5, 0), story.Counts);
        Assert.Null(story.Ledger.Find(story.V(5), story.Now));
        story.Killed("leader", "follower-1");
        Assert.Equal((0, (long)DurabilityLedger.Window), (story.Counts.Held, story.Counts.Lost));
        Assert.Equal(DurabilityLedger.LostListed, story.Ledger.Lost(int.MaxValue, story.Now).Length);
    }

    [Fact]
    public void The_latest_come_first()
    {
        var story = new LedgerStory();
        for (var v = 1; v <= 5; v++) story.Write(v, "k1", "follower-1");
        Assert.Equal([5, 4], story.Ledger.Latest(2, story.Now).Select(r => r.Write.Version.Counter));
    }
}
