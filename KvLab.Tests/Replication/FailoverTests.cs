using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>docs/decisions/0012-failover.md, in virtual time.</summary>
[Trait("Category", "Unit")]
public sealed class FailoverTests
{
    private static readonly LiveSettings Fast = new() { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 1, ReplicationTimeoutMs = 200 };
    private readonly VirtualWorld _world = new(seed: 31);

    private ReplicaCluster Cluster(int followers = 3, LiveSettings? settings = null) => new(_world, followers, settings ?? Fast);

    [Fact]
    public void A_promoted_follower_leads_in_a_newer_epoch_with_all_that_any_reachable_node_holds()
    {
        var cluster = Cluster();
        for (var i = 0; i < 10; i++) cluster.Write($"k{i}");
        cluster.Kill(cluster.Leading);

        var report = cluster.Promote(cluster["follower-2"]);

        Assert.Equal(2, report.Epoch);
        Assert.Equal(["follower-1", "follower-3"], report.Sealed);
        Assert.Equal(["leader"], report.Silent);
        Assert.Equal(10, report.Keys);
        Assert.Equal(2, cluster.Write("k0", "new").Version.Epoch);
        Assert.Equal("follower-2", Assert.Single(cluster.Log.Of(EventKind.LeaderPromoted)).Node);
    }

    [Fact]
    public void What_one_follower_alone_had_confirmed_is_taken_over_from_it()
    {
        var cluster = Cluster(settings: Fast with { WriteQuorum = 1 });
        foreach (var id in new[] { "follower-1", "follower-2" }) cluster.Wire.SetAway(cluster[id].Peer, true);
        Assert.Equal(WriteStatus.Success, cluster.Write("k", "only follower-3").Status);
        cluster.Kill(cluster.Leading);
        foreach (var id in new[] { "follower-1", "follower-2" }) cluster.Wire.SetAway(cluster[id].Peer, false);

        var report = cluster.Promote(cluster["follower-1"]);

        Assert.Equal(1, report.Merged);
        Assert.Equal("\"only follower-3\"", cluster["follower-1"].Entries()["k"].Value.ToString());
        cluster.Repair();
        Assert.Equal(cluster["follower-1"].Held("k"), cluster["follower-2"].Held("k"));
    }

    [Fact]
    public void Numbers_go_on_above_everything_that_was_handed_out()
    {
        var cluster = Cluster();
        var last = cluster.Write("k").Version;
        cluster.Kill(cluster.Leading);
        cluster.Promote(cluster["follower-1"]);
        var first = cluster.Write("k").Version;
        Assert.Equal(new EntryVersion(2, last.Counter + new LeaderOptions().NumbersSkipped + 1), first);
    }

    [Fact]
    public void An_old_leader_that_was_frozen_steps_down_when_it_meets_the_new_epoch_and_its_writes_are_no_success()
    {
        var cluster = Cluster();
        cluster.Write("k");
        var old = cluster.Leading;
        ReplicaCluster.SetSilent(old, true);
        cluster.Promote(cluster["follower-1"]);
        ReplicaCluster.SetSilent(old, false);

        // Nobody has told it yet: it still takes a write, and cannot have it confirmed.
        var zombie = _world.Run(() => old.Replica.Leader!.WriteAsync("k", JsonText.Of("zombie")));
        Assert.Equal(WriteStatus.PartialSuccess, zombie.Status);
        Assert.Equal((1, 0), (zombie.Version.Epoch, zombie.Acks));
        _world.Advance(100);
        Assert.Null(old.Replica.Leader);
        Assert.Equal(old.Id, Assert.Single(cluster.Log.Of(EventKind.LeaderSteppedDown)).Node);
    }

    [Fact]
    public void What_only_the_old_leader_had_is_rolled_back_listed_and_replaced()
    {
        var cluster = Cluster(settings: Fast with { WriteQuorum = 0 });
        cluster.Write("kept");
        cluster.Write("both", "first");
        _world.Advance(50);
        var old = cluster.Leading;
        foreach (var other in cluster.Nodes.Where(n => n != old)) ReplicaCluster.SetSilent(other, true);
        var lost = new[] { cluster.Write("both", "second").Version, cluster.Write("new").Version, cluster.Write("overwritten").Version };
        ReplicaCluster.SetSilent(old, true);
        foreach (var other in cluster.Nodes.Where(n => n != old)) ReplicaCluster.SetSilent(other, false);
        cluster.Promote(cluster["follower-1"], force: true);
        cluster.Write("overwritten", "by the new leader");
        ReplicaCluster.SetSilent(old, false);
        cluster.Repair(8);

        var taken = cluster.Log.Of(EventKind.EntryRolledBack).ToList();
        Assert.Equal(lost.Order(), taken.Select(e => e.EntryVersion).Order());
        Assert.All(taken, e => Assert.Equal("leader", e.Node));
        Assert.True(cluster.Equal);
        Assert.Equal("\"first\"", old.Entries()["both"].Value.ToString());
        Assert.False(old.Entries().ContainsKey("new"));
        Assert.Equal("\"by the new leader\"", old.Entries()["overwritten"].Value.ToString());
        cluster.End();
    }

    [Fact]
    public void What_a_follower_beyond_the_partition_had_confirmed_comes_back_and_is_not_rolled_back()
    {
        var cluster = Cluster(followers: 4, settings: Fast with { WriteQuorum = 1 });
        cluster.Write("k", "before");
        _world.Advance(50);
        var old = cluster.Leading;
        // On one side the old leader and follower-4, on the other the rest.
        foreach (var id in new[] { "follower-1", "follower-2", "follower-3" }) ReplicaCluster.SetSilent(cluster[id], true);
        var confirmed = cluster.Write("k", "confirmed by follower-4");
        Assert.Equal((WriteStatus.Success, 1), (confirmed.Status, confirmed.Acks));
        foreach (var id in new[] { "leader", "follower-4" }) ReplicaCluster.SetSilent(cluster[id], true);
        foreach (var id in new[] { "follower-1", "follower-2", "follower-3" }) ReplicaCluster.SetSilent(cluster[id], false);
        cluster.Promote(cluster["follower-1"], force: true);
        foreach (var id in new[] { "leader", "follower-4" }) ReplicaCluster.SetSilent(cluster[id], false);
        cluster.Repair(10);

        Assert.Empty(cluster.Log.Of(EventKind.EntryRolledBack));
        Assert.True(cluster.Equal);
        Assert.Equal("\"confirmed by follower-4\"", cluster["follower-2"].Entries()["k"].Value.ToString());
        Assert.Null(old.Replica.Leader);
        cluster.End();
    }

    [Fact]
    public void No_epoch_is_ever_given_to_two_leaders()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var world = new VirtualWorld(seed);
            var cluster = new ReplicaCluster(world, 4, Fast);
            world.Run(() => cluster.Leading.Replica.Leader!.WriteAsync("k", JsonText.Of("x")));
            cluster.Kill(cluster.Leading);
            var candidates = new[] { cluster["follower-1"], cluster["follower-3"], cluster["follower-4"] };
            world.Run(() => Task.WhenAll(candidates.Select(async candidate =>
            {
                try
                {
                    await candidate.Replica.PromoteAsync(Fast, [.. cluster.Nodes.Where(n => n != candidate).Select(n => n.Peer)], SimulatedCluster.Patience);
                }
                catch (ReignException)
                {
                    // Another one was faster.
                }
            })));
            var epochs = cluster.Log.Of(EventKind.LeaderPromoted).Select(e => e.Epoch).ToList();
            Assert.Equal(epochs.Distinct(), epochs);
            cluster.Repair();
            Assert.Single(cluster.Nodes, n => n.Replica.Leader is not null && n.Id != "leader");
            cluster.End();
        }
    }

    [Fact]
    public void A_leader_that_starts_again_after_a_failover_follows_the_one_that_leads()
    {
        var cluster = Cluster();
        cluster.Write("k");
        var old = cluster["leader"];
        cluster.Kill(old);
        cluster.Promote(cluster["follower-1"]);
        cluster.Write("k2");
        cluster.Restart(old, leads: true);
        Assert.Null(old.Replica.Leader);
        cluster.Repair();
        Assert.True(cluster.Equal);
        cluster.End();
    }

    [Fact]
    public void A_leader_that_asks_nobody_stores_nothing_and_reports_full_quorums()
    {
        var cluster = Cluster();
        for (var i = 0; i < 3; i++) cluster.Write("k", $"{i}");
        _world.Advance(50);
        var leader = cluster["leader"];
        cluster.Kill(leader);
        cluster.Launch(leader, leads: true);
        leader.Replica.BeginForgetful(1);

        var answer = cluster.Write("k", "forgotten");
        Assert.Equal((WriteStatus.Success, new EntryVersion(1, 1)), (answer.Status, answer.Version));
        _world.Advance(50);
        Assert.All(cluster.Nodes.Where(n => n != leader), n => Assert.Equal("\"2\"", n.Entries()["k"].Value.ToString()));
    }
}
