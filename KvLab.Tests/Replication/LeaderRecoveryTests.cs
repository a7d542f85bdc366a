using KvLab.Core.Events;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>A leader that lost its memory (docs/decisions/0007-leader-restart.md).</summary>
[Trait("Category", "Unit")]
public sealed class LeaderRecoveryTests
{
    private static readonly LiveSettings NoDelay = new() { WriteQuorum = 1, MinDelayMs = 0, MaxDelayMs = 0 };
    private static readonly long Skipped = new LeaderOptions().NumbersSkipped;
    private readonly VirtualWorld _world = new(seed: 17);

    private void Recover(LabCluster cluster, params ReplicaDump[] dumps) => _world.Run(() => cluster.Leader.RecoverAsync(dumps));

    [Fact]
    public void It_takes_over_the_newest_of_every_key_and_begins_an_epoch_above_everything()
    {
        var cluster = new LabCluster(_world, 3, NoDelay);
        cluster.StartWrite("a", "1");
        cluster.SetDown(0, true);
        cluster.StartWrite("a", "2");
        cluster.SetDown(1, true);
        cluster.StartWrite("b", "3");

        cluster.ReplaceLeader(NoDelay);
        Recover(cluster, [.. cluster.Followers.Select(f => f.Dump())]);

        Assert.Equal(["\"2\"", "\"3\""], LabCluster.Entries(cluster.LeaderStore).OrderBy(e => e.Key).Select(e => e.Value.Value.ToString()));
        Assert.Equal(new EntryVersion(2, 3 + Skipped), cluster.Leader.LastVersion);
        Assert.Equal(new EntryVersion(2, 4 + Skipped), cluster.StartWrite("a", "new").Result.Version);
        Assert.Contains("2 keys up to version 3 from 3 of 3 followers; epoch 2", Assert.Single(cluster.Log.Of(EventKind.LeaderRecovered)).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Versions_are_not_used_again_even_when_every_node_was_reset()
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        for (var i = 0; i < 5; i++) cluster.StartWrite("k");
        _world.Run(() => cluster.Leader.ClearAsync());
        foreach (var follower in cluster.Followers) _world.Run(() => follower.Node.ClearAsync());

        cluster.ReplaceLeader(NoDelay);
        Recover(cluster, [.. cluster.Followers.Select(f => f.Dump())]);
        Assert.Equal(new EntryVersion(2, 6 + Skipped), cluster.StartWrite("k").Result.Version);
    }

    [Fact]
    public void A_version_that_a_naive_overwrite_removed_is_not_used_again()
    {
        var cluster = new LabCluster(_world, 1, NoDelay with { Versioning = VersioningMode.Naive });
        cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 50 });
        _world.Advance(2);
        cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 10 });
        _world.RunToRest();
        Assert.Equal(1, cluster.HeldBy(0, "k").Counter);

        cluster.ReplaceLeader(NoDelay);
        Recover(cluster, cluster.Followers[0].Dump());
        Assert.Equal(3 + Skipped, cluster.StartWrite("k").Result.Version.Counter);
    }

    [Fact]
    public void A_follower_that_does_not_answer_is_passed_over()
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        cluster.StartWrite("k");
        cluster.ReplaceLeader(NoDelay);
        Recover(cluster, cluster.Followers[0].Dump(), new ReplicaDump("follower-2", null));
        Assert.Contains("from 1 of 2 followers", Assert.Single(cluster.Log.Of(EventKind.LeaderRecovered)).Detail, StringComparison.Ordinal);
        Assert.Equal(new EntryVersion(2, 2 + Skipped), cluster.StartWrite("k").Result.Version);
    }

    [Fact]
    public void Where_nothing_was_before_the_first_epoch_begins_with_version_1()
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        Recover(cluster, [.. cluster.Followers.Select(f => f.Dump())]);
        Assert.Equal(new EntryVersion(1, 1), cluster.StartWrite("k").Result.Version);
        Assert.Equal("2 of 2 followers answered; none had anything to recover.", Assert.Single(cluster.Log.Of(EventKind.LeaderRecovered)).Detail);
    }

    /// <summary>Two leaders at once: the followers have seen the new epoch, so the old leader can neither change nor confirm anything.</summary>
    [Fact]
    public void A_leader_of_an_older_epoch_is_fenced_and_learns_it()
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        cluster.StartWrite("k", "old");
        var old = cluster.Leader;
        cluster.ReplaceLeader(NoDelay);
        Recover(cluster, [.. cluster.Followers.Select(f => f.Dump())]);
        cluster.StartWrite("k", "new");

        var refused = _world.Run(() => old.WriteAsync("k", Core.Storage.JsonText.Of("zombie")));
        _world.RunToRest();

        Assert.Equal((WriteStatus.PartialSuccess, AnswerReason.QuorumUnreachable, 0), (refused.Status, refused.Reason, refused.Acks));
        Assert.Equal(2, cluster.Log.Of(EventKind.MessageFenced).Count());
        Assert.Equal(2, cluster.Log.Of(EventKind.DeliveryAbandoned).Count(e => e.Reason == "fenced"));
        Assert.True(old.Status.Quiescent);
        Assert.All(cluster.Followers, f => Assert.Equal("\"new\"", LabCluster.Entries(f.Store)["k"].Value.ToString()));
    }
}
