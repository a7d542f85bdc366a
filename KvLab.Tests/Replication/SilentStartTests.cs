using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>docs/decisions/0007-leader-restart.md: a leader that starts, or is promoted, while some or all others are silent.</summary>
[Trait("Category", "Unit")]
public sealed class SilentStartTests
{
    private static readonly LiveSettings Fast = new() { WriteQuorum = 3, MinDelayMs = 0, MaxDelayMs = 1, ReplicationTimeoutMs = 200 };
    private readonly VirtualWorld _world = new(seed: 11);

    private ReplicaCluster Cluster(int w = 3, int followers = 5) => new(_world, followers, Fast with { WriteQuorum = w });

    private static IEnumerable<SimulatedNode> Followers(ReplicaCluster cluster) => cluster.Nodes.Where(n => n.Id != "leader");

    private static void Silence(ReplicaCluster cluster, bool silent, params string[] nodes)
    {
        foreach (var id in nodes) ReplicaCluster.SetSilent(cluster[id], silent);
    }

    private static string[] All(ReplicaCluster cluster) => [.. Followers(cluster).Select(n => n.Id)];

    [Fact]
    public void A_leader_that_hears_nobody_waits_and_after_healing_nothing_is_refused_as_stale()
    {
        var cluster = Cluster();
        for (var i = 1; i <= 5; i++) cluster.Write("k", $"{i}");
        _world.Advance(50);
        var leader = cluster["leader"];
        Silence(cluster, true, All(cluster));
        cluster.Kill(leader);
        var start = cluster.BeginRestart(leader);
        _world.Advance(10_000);

        Assert.False(start.IsCompleted);
        Assert.Equal(All(cluster), leader.Replica.Waiting!.Silent);
        Assert.Equal(All(cluster), Assert.Single(cluster.Log.Of(EventKind.LeaderWaiting)).Peers!);

        Silence(cluster, false, All(cluster));
        _world.Advance(12_000);
        Assert.True(start.IsCompletedSuccessfully);
        Assert.Null(leader.Replica.Waiting);
        var answers = new[] { cluster.Write("k", "six"), cluster.Write("k", "seven") };
        _world.Advance(3000);
        Assert.All(answers, a => Assert.True(a.Version > new EntryVersion(1, 5)));
        Assert.All(cluster.Nodes, n => Assert.Equal("\"seven\"", n.Entries()["k"].Value.ToString()));
        cluster.End();
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 5)]
    [InlineData(2, 4)]
    [InlineData(3, 3)]
    [InlineData(4, 2)]
    [InlineData(5, 1)]
    public void With_W_of_five_it_begins_with_the_last_follower_that_is_needed_and_not_before(int w, int needed)
    {
        var cluster = Cluster(w);
        cluster.Write("k", "acknowledged");
        _world.Advance(50);
        var leader = cluster["leader"];
        Silence(cluster, true, All(cluster));
        cluster.Kill(leader);
        var start = cluster.BeginRestart(leader);
        _world.Advance(4000);
        foreach (var (id, heard) in All(cluster).Select((id, i) => (id, i + 1)))
        {
            Assert.Equal(heard - 1 >= needed, start.IsCompleted);
            Silence(cluster, false, id);
            _world.Advance(11_000);
        }

        Assert.True(start.IsCompletedSuccessfully);
        Assert.Equal("\"acknowledged\"", leader.Entries()["k"].Value.ToString());
        cluster.End();
    }

    [Fact]
    public void A_counted_leader_makes_a_success_need_one_follower_less_so_one_more_is_heard()
    {
        var cluster = new ReplicaCluster(_world, 5, Fast with { QuorumCountsLeader = true });
        cluster.Write("k");
        _world.Advance(50);
        Silence(cluster, true, "follower-1", "follower-2");
        cluster.Kill(cluster["leader"]);
        var start = cluster.BeginRestart(cluster["leader"]);
        _world.Advance(5000);
        Assert.Equal((false, 4), (start.IsCompleted, cluster["leader"].Replica.Waiting!.Needed));
        cluster.End();
    }

    [Fact]
    public void A_follower_that_restarted_empty_counts_only_once_it_was_brought_up_to_date()
    {
        var cluster = Cluster(w: 3, followers: 3);
        cluster.Write("k");
        _world.Advance(1500);
        var (leader, restarted) = (cluster["leader"], cluster["follower-1"]);
        cluster.Kill(leader);
        cluster.Kill(restarted);
        cluster.Restart(restarted, leads: false);
        Silence(cluster, true, "follower-2", "follower-3");
        var start = cluster.BeginRestart(leader);
        _world.Advance(5000);
        Assert.False(start.IsCompleted);
        Assert.Equal(["follower-1"], leader.Replica.Waiting!.Forgetful);

        Silence(cluster, false, "follower-2");
        _world.Advance(15_000);
        Assert.True(start.IsCompletedSuccessfully);
        Assert.True(restarted.Replica.Remembers);
        Assert.True(restarted.Entries().ContainsKey("k"));
        cluster.End();
    }

    [Fact]
    public void Followers_know_the_smallest_W_although_the_leader_starts_with_a_larger_one_and_forget_it_when_all_have_everything()
    {
        var cluster = Cluster(w: 3);
        cluster["leader"].Replica.Leader!.Change(new LiveSettingsPatch { WriteQuorum = 1 });
        Silence(cluster, true, "follower-2", "follower-3", "follower-4", "follower-5");
        cluster.Write("k", "on follower-1 alone");
        Silence(cluster, false, "follower-2", "follower-3", "follower-4", "follower-5");
        cluster["leader"].Replica.Leader!.Change(new LiveSettingsPatch { WriteQuorum = 5 });
        _world.Advance(1500);
        Assert.All(Followers(cluster), f => Assert.Equal(1, _world.Run(f.Replica.StateAsync).SmallestQuorum));
        // Two rounds of anti-entropy later every follower was compared beyond that write.
        _world.Advance(25_000);
        Assert.All(Followers(cluster), f => Assert.Equal(5, _world.Run(f.Replica.StateAsync).SmallestQuorum));
        cluster.End();
    }

    [Fact]
    public void Told_to_go_on_it_draws_an_epoch_that_nobody_else_will_and_says_what_may_be_lost()
    {
        var cluster = Cluster();
        cluster.Write("k");
        _world.Advance(50);
        var leader = cluster["leader"];
        Silence(cluster, true, All(cluster));
        cluster.Kill(leader);
        var start = cluster.BeginRestart(leader);
        Assert.False(leader.Replica.Proceed());
        _world.Advance(4000);
        Assert.True(leader.Replica.Proceed());
        _world.Advance(1000);

        Assert.True(start.IsCompletedSuccessfully);
        Assert.InRange(leader.Replica.Leader!.Epoch, 2, Replica.EpochsDrawn);
        Assert.Contains("may be lost", cluster.Log.Of(EventKind.LeaderRecovered).Last().Detail, StringComparison.Ordinal);
        Silence(cluster, false, All(cluster));
        cluster.Repair(15);
        Assert.True(cluster.Equal);
        Assert.True(leader.Entries().ContainsKey("k"));
        cluster.End();
    }

    [Fact]
    public void Where_nothing_was_ever_written_it_waits_for_nobody()
    {
        var cluster = Cluster();
        Silence(cluster, true, All(cluster));
        cluster.Kill(cluster["leader"]);
        var start = cluster.BeginRestart(cluster["leader"], new KnownPast(Epoch: 0));
        _world.Advance(4000);
        Assert.True(start.IsCompletedSuccessfully);
        cluster.End();
    }

    [Fact]
    public void A_promotion_is_refused_before_anybody_is_sealed_where_acknowledged_writes_may_be_lost_and_forced_it_says_so()
    {
        var cluster = Cluster(w: 1);
        Silence(cluster, true, "follower-2", "follower-3", "follower-4", "follower-5");
        Assert.Equal(WriteStatus.Success, cluster.Write("k", "on follower-1").Status);
        Silence(cluster, false, "follower-2", "follower-3", "follower-4", "follower-5");
        Silence(cluster, true, "leader", "follower-1");

        var refused = Assert.Throws<ReignException>(() => cluster.Promote(cluster["follower-2"]));
        Assert.Contains("leader and follower-1 hold", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Log.Of(EventKind.NodeSealed), e => e.Epoch > 1);
        Assert.Equal(1, cluster["follower-3"].Replica.Follower!.Epoch);

        Assert.Contains("may be lost", cluster.Promote(cluster["follower-2"], force: true).Doubt, StringComparison.Ordinal);
        cluster.End();
    }

    [Fact]
    public void A_candidate_that_seals_a_leader_which_still_waits_has_it_follow()
    {
        var cluster = Cluster(w: 3, followers: 3);
        cluster.Write("k");
        _world.Advance(50);
        var leader = cluster["leader"];
        Silence(cluster, true, "follower-1", "follower-2", "follower-3");
        cluster.Kill(leader);
        var start = cluster.BeginRestart(leader);
        _world.Advance(4000);
        Silence(cluster, false, "follower-1");
        cluster.Promote(cluster["follower-1"], force: true);
        _world.Advance(15_000);
        Assert.True(start.IsCompletedSuccessfully);
        Assert.Null(leader.Replica.Leader);
        cluster.End();
    }

    [Fact]
    public void A_follower_that_knows_an_epoch_from_one_leadership_refuses_another_in_it()
    {
        var cluster = Cluster(followers: 1, w: 1);
        var follower = cluster["follower-1"].Replica;
        var other = new ReplicateMessage("k", JsonText.Of("other"), new EntryVersion(1, 7), 1, "leader", VersioningMode.Versioned) { Leadership = LeadershipId.Of("leader", "another") };
        Assert.Equal(ReplicateOutcome.Fenced, _world.Run(() => follower.ReceiveAsync(other).AsTask()).Outcome);
        Assert.Equal(ReplicateOutcome.Applied, _world.Run(() => follower.ReceiveAsync(other with { Leadership = LeadershipId.Unnamed }).AsTask()).Outcome);
        var fenced = Assert.Single(cluster.Log.Of(EventKind.MessageFenced));
        Assert.Equal("Epoch 1 is known from another leader.", fenced.Detail);
        cluster.End();
    }

    [Fact]
    public void A_leader_whose_epoch_a_follower_knows_from_another_one_steps_down_and_the_write_is_no_success()
    {
        var cluster = Cluster(followers: 1, w: 1);
        cluster.Write("k");
        var node = cluster["follower-1"];
        cluster.Kill(node);
        cluster.Launch(node, leads: false);
        Assert.True(node.Replica.Follower!.Accepts(1, LeadershipId.Of("leader", "another")));
        Assert.Equal(WriteStatus.PartialSuccess, cluster.Write("k", "nobody's").Status);
        _world.Advance(100);
        Assert.Null(cluster["leader"].Replica.Leader);
        cluster.End();
    }

    [Fact]
    public void A_stale_entry_of_an_older_epoch_is_no_acknowledgement()
    {
        var message = new ReplicateMessage("k", JsonText.Of("x"), new EntryVersion(3, 1), 1, "leader", VersioningMode.Versioned);
        Assert.True(message.IsConfirmedBy(new ReplicateAnswer(ReplicateOutcome.Superseded, new EntryVersion(3, 9), 3, 1, "f")));
        Assert.False(message.IsConfirmedBy(new ReplicateAnswer(ReplicateOutcome.Superseded, new EntryVersion(2, 9), 3, 1, "f")));
        Assert.False(message.IsConfirmedBy(new ReplicateAnswer(ReplicateOutcome.Fenced, EntryVersion.None, 4, 1, "f")));
    }

    [Fact]
    public void A_W_that_was_lowered_an_instant_before_the_leader_died_is_known_to_those_who_did_not_get_the_write()
    {
        var cluster = Cluster(w: 3);
        cluster.Write("k");
        _world.Advance(50);
        var leader = cluster["leader"];
        _world.Run(() => leader.Replica.ChangeAsync(leader.Replica.Leader!, new LiveSettingsPatch { WriteQuorum = 1 }));
        Silence(cluster, true, "follower-2", "follower-3", "follower-4", "follower-5");
        Assert.Equal(WriteStatus.Success, cluster.Write("k", "held by follower-1 alone").Status);
        cluster.Kill(leader);
        Silence(cluster, true, "follower-1");
        Silence(cluster, false, "follower-2", "follower-3", "follower-4", "follower-5");

        // Four of five followers would be enough for W = 3.
        var start = cluster.BeginRestart(leader);
        _world.Advance(10_000);
        Assert.False(start.IsCompleted);
        Assert.Equal(["follower-1"], leader.Replica.Waiting!.Silent);

        Silence(cluster, false, "follower-1");
        _world.Advance(12_000);
        Assert.True(start.IsCompletedSuccessfully);
        Assert.Equal("\"held by follower-1 alone\"", leader.Entries()["k"].Value.ToString());
        cluster.End();
    }
}
