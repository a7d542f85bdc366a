using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ReducerDurabilityTests
{
    private readonly Story _story = Story.OfCluster(3);

    private DurabilityView Durability => _story.Snapshot.Durability;

    private void Write(long version, string key, params string[] confirmed)
    {
        _story.Accept(version, key);
        foreach (var follower in confirmed)
        {
            _story.Apply(follower, version, key);
            _story.Ack(version, key, follower, 10);
        }
        _story.Answer(version, key, confirmed.Length, confirmed.Length, 12);
    }

    private void Kill(string node)
    {
        _story.Time.Advance(TimeSpan.FromSeconds(1));
        _story.Observer.Tell(new ProcessChanged(node, NodeState.Stopped, null, "Stopped as requested."));
    }

    [Fact]
    public void What_lies_in_a_durable_storage_is_not_lost_with_the_process()
    {
        foreach (var follower in (string[])["follower-1", "follower-2", "follower-3"]) _story.Join(NodeRoles.Follower, follower, "second", storage: "sqlite");
        _story.Join(NodeRoles.Leader, "leader", "second", storage: "sqlite");
        Write(1, "k1", "follower-2");
        Kill("leader");
        Kill("follower-2");
        Assert.Equal((0, DurabilityState.Held), (Durability.Counts.Lost, Assert.Single(Durability.Latest).State));
        _story.Join(NodeRoles.Leader, "leader", "third", storage: "sqlite");
        Assert.Equal(["leader", "follower-2"], Assert.Single(Durability.Latest).HeldNow);
    }

    [Fact]
    public void By_which_rule_a_write_was_confirmed_goes_by_the_write_and_not_by_the_settings_of_now()
    {
        _story.Accept(1, "k1");
        _story.Tell("leader", EventKind.ReplicationStarted, "k1", 1, required: 2, peers: ["follower-1"], delaysMs: [5], leaderCounted: true);
        _story.Tell("leader", EventKind.SettingsChanged, settings: new LiveSettings { QuorumCountsLeader = false, Versioning = VersioningMode.Naive });
        _story.Tell("leader", EventKind.WriteAnswered, "k1", 1, acks: 2, required: 2, elapsedMs: 12, reason: "success", detail: "quorum_reached", leaderCounted: true);

        var write = Assert.Single(Durability.Latest).Write;
        Assert.Equal((true, false), (write.LeaderCounted, write.Naive));
        Assert.Contains("2 of 2 required replicas (the leader counted) had acknowledged", Explain.Plain.Write(Assert.Single(_story.Snapshot.Writes)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_says_how_long_the_leaders_storage_took()
    {
        _story.Tell("leader", EventKind.WriteAccepted, "k", 1, "1", held: 1, elapsedMs: 2.5);
        var write = Assert.Single(_story.Snapshot.Writes);
        Assert.Equal(2.5, write.StoredMs);
        Assert.Contains("2.5 ms", Explain.Stored(write.StoredMs!.Value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_delivery_says_how_long_the_followers_storage_took_whoever_told_first(bool followerFirst)
    {
        _story.Join(NodeRoles.Follower, "follower-1", "second", storage: "sqlite");
        _story.Accept(1, "k");
        if (followerFirst) Applied();
        _story.Replicate(1, "k", 1, ("follower-1", 0), ("follower-2", 0));
        if (!followerFirst) Applied();
        Assert.Equal([1.5, null], Assert.Single(_story.Snapshot.Writes).Deliveries.Select(d => d.StoredMs));

        void Applied() => _story.Tell("follower-1", EventKind.EntryApplied, "k", 1, "\"x\"", elapsedMs: 1.5);
    }

    [Fact]
    public void A_storage_that_somebody_removed_holds_nothing_of_what_was_confirmed()
    {
        _story.Join(NodeRoles.Follower, "follower-3", "second", storage: "sqlite", storageIsNew: true);
        Write(1, "k1", "follower-3");
        _story.Join(NodeRoles.Follower, "follower-3", "third", storage: "sqlite");
        Assert.Equal(["leader", "follower-3"], Assert.Single(Durability.Latest).HeldNow);

        _story.Join(NodeRoles.Follower, "follower-3", "fourth", storage: "sqlite", storageIsNew: true);
        var row = Assert.Single(Durability.Latest);
        Assert.Equal((DurabilityState.AtRisk, "W = 1: the only follower that had acknowledged was follower-3; now only leader holds it, because follower-3 restarted with an empty storage."), (row.State, row.Why));
        _story.Apply("follower-3", 1, "k1");
        Assert.Equal(DurabilityState.Held, Assert.Single(Durability.Latest).State);
    }

    [Fact]
    public void What_a_node_holds_when_it_is_asked_counts_at_once()
    {
        _story.Join(NodeRoles.Leader, "leader", "second", storage: "sqlite");
        Write(1, "k1", "follower-3");
        _story.Join(NodeRoles.Leader, "leader", "third", storage: "sqlite", storageIsNew: true);
        Assert.Equal(DurabilityState.AtRisk, Assert.Single(Durability.Latest).State);
        _story.Seed("leader", ("k1", 1));
        Assert.Equal(DurabilityState.Held, Assert.Single(Durability.Latest).State);
    }

    [Fact]
    public void A_storage_that_came_back_empty_under_a_running_node_holds_nothing_either()
    {
        _story.Join(NodeRoles.Follower, "follower-3", "second", storage: "redis");
        Write(1, "k1", "follower-3");
        _story.Tell("follower-3", EventKind.StorageFailed, detail: "Redis at a:1 has lost what follower-3 had kept there.");
        Assert.Equal(DurabilityState.Held, Assert.Single(Durability.Latest).State);
        _story.Tell("follower-3", EventKind.StorageRecovered, elapsedMs: 300, reason: StorageReasons.Emptied);
        var row = Assert.Single(Durability.Latest);
        Assert.Equal((DurabilityState.AtRisk, "leader"), (row.State, Assert.Single(row.HeldNow)));
        Assert.EndsWith("because follower-3 lost its storage.", row.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_storage_that_fails_is_shown_until_it_works_again()
    {
        _story.Join(NodeRoles.Follower, "follower-1", "second", storage: "redis");
        _story.Tell("follower-1", EventKind.StorageFailed, detail: "Redis at a:1 cannot be reached.");
        var node = _story.Snapshot.Nodes.Single(n => n.Id == "follower-1");
        Assert.Equal(("redis", "Redis at a:1 cannot be reached."), (node.Storage, node.StorageProblem));
        _story.Tell("follower-1", EventKind.StorageRecovered, elapsedMs: 1200);
        Assert.Null(_story.Snapshot.Nodes.Single(n => n.Id == "follower-1").StorageProblem);
    }

    [Fact]
    public void An_acknowledged_write_is_followed_with_its_holders()
    {
        Write(1, "k1", "follower-2", "follower-3");
        var row = Assert.Single(Durability.Latest);
        Assert.Equal((DurabilityState.Held, new DurabilityCounts(1, 1, 0, 0, 0, 0)), (row.State, Durability.Counts));
        Assert.Equal(["leader", "follower-2", "follower-3"], row.HeldNow);
    }

    [Fact]
    public void A_partial_success_promised_nothing()
    {
        _story.Accept(1, "k1");
        _story.Answer(1, "k1", 0, 3, 5000, success: false);
        Assert.Equal(0, Durability.Counts.Acknowledged);
    }

    [Fact]
    public void Killing_all_that_held_it_loses_it_and_a_restart_does_not_bring_it_back()
    {
        Write(1, "k1", "follower-3");
        Kill("leader");
        Kill("follower-3");
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-3; leader and follower-3 were killed, and no other node held it.", Assert.Single(Durability.Lost).Why);
        _story.Join(NodeRoles.Leader, "leader", "second");
        Assert.Equal(1, Durability.Counts.Lost);
    }

    [Fact]
    public void A_graceful_stop_is_told_from_a_kill()
    {
        Write(1, "k1", "follower-3");
        _story.Tell("follower-3", EventKind.NodeStopping);
        Kill("follower-3");
        Kill("leader");
        Assert.Contains("follower-3 was stopped, leader was killed", Assert.Single(Durability.Lost).Why, StringComparison.Ordinal);
        Assert.Equal(["follower-3 stopped", "leader killed"], _story.Snapshot.Availability.Marks.Select(m => m.Label));
    }

    [Fact]
    public void A_node_whose_connection_ended_still_holds_what_it_held()
    {
        Write(1, "k1", "follower-3");
        _story.Observer.Tell(new NodeDisconnected("leader", "first"));
        _story.Observer.Tell(new NodeDisconnected("follower-3", "first"));
        Assert.Equal(DurabilityState.Held, Durability.Latest[0].State);
        // In external mode only its next incarnation tells that its memory is gone.
        _story.Join(NodeRoles.Follower, "follower-3", "second");
        Assert.Equal((DurabilityState.AtRisk, "follower-3 restarted with an empty memory"), (Durability.Latest[0].State, Fate(Durability.Latest[0])));
    }

    private static string Fate(DurabilityRow row) => $"{row.Fates[^1].Node} {row.Fates[^1].Why}";

    [Fact]
    public void What_a_node_had_when_it_was_asked_counts()
    {
        Write(1, "k1", "follower-3");
        _story.Seed("follower-1", ("k1", 1));
        Assert.Contains("follower-1", Durability.Latest[0].HeldNow);
    }

    [Fact]
    public void A_refusal_and_a_duplicate_say_what_is_held()
    {
        Write(1, "k1", "follower-3");
        _story.Refuse("follower-1", 1, "k1", held: 2);
        _story.Tell("follower-2", EventKind.EntryDuplicate, "k1", 1);
        Assert.Equal(4, Durability.Latest[0].HeldNow.Length);
    }

    [Fact]
    public void A_reset_of_the_leader_begins_the_ledger_anew_and_one_of_a_follower_empties_it()
    {
        Write(1, "k1", "follower-3");
        _story.Tell("follower-3", EventKind.StoreCleared);
        Assert.Equal("follower-3 was emptied", Fate(Durability.Latest[0]));
        _story.Tell("leader", EventKind.StoreCleared);
        Assert.Equal(DurabilityCounts.Zero, Durability.Counts);
    }

    [Fact]
    public void A_removed_follower_holds_nothing_for_anybody()
    {
        Write(1, "k1", "follower-3");
        _story.Observer.Tell(new NodeRemoved("follower-3"));
        Assert.Equal(["leader"], Durability.Latest[0].HeldNow);
    }
}
