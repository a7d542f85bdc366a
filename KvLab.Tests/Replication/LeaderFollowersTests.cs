using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>Followers that come and go while the leader runs.</summary>
[Trait("Category", "Unit")]
public sealed class LeaderFollowersTests
{
    private static readonly LiveSettings NoDelay = new() { WriteQuorum = 1, MinDelayMs = 0, MaxDelayMs = 0 };
    private readonly VirtualWorld _world = new(seed: 5);

    private static Peer[] Peers(LabCluster cluster) => [.. cluster.Followers.Select(f => f.Peer)];

    [Fact]
    public void A_new_follower_gets_writes_from_now_on()
    {
        var cluster = new LabCluster(_world, 1, NoDelay);
        cluster.StartWrite("old");
        cluster.Followers.Add(cluster.NewFollower("follower-2"));
        Assert.Empty(cluster.Leader.ChangeFollowers(Peers(cluster)));
        cluster.StartWrite("new");

        Assert.Equal(["new"], LabCluster.Entries(cluster.Followers[1].Store).Keys);
        Assert.Equal(["follower-1", "follower-2"], Assert.Single(cluster.Log.Of(EventKind.FollowersChanged)).Peers!);
    }

    [Fact]
    public void Deliveries_to_a_removed_follower_end_and_say_so()
    {
        var cluster = new LabCluster(_world, 3, NoDelay);
        cluster.SetDown(0, true);
        cluster.StartWrite("waits for a retry");
        cluster.StartWrite("is on its way", delaysMs: new Dictionary<string, double> { ["follower-1"] = 500 });
        Assert.Equal(2, cluster.Leader.Status.PendingDeliveries);

        Assert.Empty(cluster.Leader.ChangeFollowers(Peers(cluster)[1..]));
        _world.Settle();

        Assert.True(cluster.Leader.Status.Quiescent);
        Assert.Equal(2, cluster.Log.Of(EventKind.DeliveryAbandoned).Count(e => e.Reason == "removed" && e.Peer == "follower-1"));
        Assert.Equal(["follower-2", "follower-3"], cluster.Leader.Followers.Select(f => f.Id));
    }

    /// <summary>A write reads the list of followers first and stores then; a removal in between must reach it all the same.</summary>
    [Fact]
    public void A_write_that_began_before_the_removal_does_not_try_for_ever()
    {
        var cluster = new LabCluster(_world, 2, NoDelay with { Versioning = VersioningMode.Naive });
        cluster.SetDown(0, true);
        var answer = cluster.StartWrite("k");
        Assert.Empty(cluster.Log.Of(EventKind.ReplicationStarted));
        Assert.Empty(cluster.Leader.ChangeFollowers(Peers(cluster)[1..]));

        _world.RunToRest();
        Assert.True(answer.IsCompletedSuccessfully);
        Assert.True(cluster.Leader.Status.Quiescent);
        Assert.Equal("removed", Assert.Single(cluster.Log.Of(EventKind.DeliveryAbandoned)).Reason);
    }

    [Fact]
    public void A_follower_that_was_removed_can_come_back()
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        var all = Peers(cluster);
        Assert.Empty(cluster.Leader.ChangeFollowers(all[..1]));
        Assert.Empty(cluster.Leader.ChangeFollowers(all));
        cluster.StartWrite("k");
        Assert.True(cluster.Compare().Converged);
    }

    [Fact]
    public void A_removed_follower_that_has_not_answered_counts_as_failed()
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 900, ["follower-2"] = 900 });
        Assert.Empty(cluster.Leader.Change(new LiveSettingsPatch { WriteQuorum = 0 }));
        Assert.Empty(cluster.Leader.ChangeFollowers([]));
        _world.Settle();
        Assert.Equal((WriteStatus.PartialSuccess, AnswerReason.QuorumUnreachable, 0), (answer.Result.Status, answer.Result.Reason, answer.Result.Acks));
    }

    public static TheoryData<string, Peer[]> Invalid => new()
    {
        { "http://a 2 times", [new("f1", "http://a"), new("f2", "http://a")] },
        { "http://A 2 times", [new("f1", "http://A"), new("f2", "http://a")] },
        { "each id once, but uses f1 2 times", [new("f1", "http://a"), new("f1", "http://b")] },
        { "lower writeQuorum first", [] },
        { "at most 64", [.. Enumerable.Range(1, 65).Select(i => new Peer($"f{i}", $"http://{i}"))] },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public void An_impossible_list_is_refused_and_changes_nothing(string sentence, Peer[] followers)
    {
        var cluster = new LabCluster(_world, 2, NoDelay);
        var error = Assert.Single(cluster.Leader.ChangeFollowers(followers));

        Assert.Equal("followers", error.Field);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
        Assert.Equal(Peers(cluster), cluster.Leader.Followers);
        Assert.Empty(cluster.Log.Of(EventKind.FollowersChanged));
    }

    [Fact]
    public void A_write_under_way_keeps_the_followers_of_its_start()
    {
        var cluster = new LabCluster(_world, 1, NoDelay);
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 10 });
        cluster.Followers.Add(cluster.NewFollower("follower-2"));
        Assert.Empty(cluster.Leader.ChangeFollowers(Peers(cluster)));
        _world.RunToRest();
        Assert.Equal(1, answer.Result.Followers);
        Assert.Empty(LabCluster.Entries(cluster.Followers[1].Store));
    }
}
