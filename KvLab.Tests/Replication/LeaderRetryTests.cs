using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>What becomes of a delivery whose first attempt failed (docs/decisions/0003-retries.md).</summary>
[Trait("Category", "Unit")]
public sealed class LeaderRetryTests
{
    private static readonly LiveSettings NoDelay = new() { WriteQuorum = 0, MinDelayMs = 0, MaxDelayMs = 0 };
    private readonly VirtualWorld _world = new(seed: 11);

    private LabCluster OneDown(LiveSettings? settings = null, LeaderOptions? options = null)
    {
        var cluster = new LabCluster(_world, 2, settings ?? NoDelay, new LabParts { Leader = options ?? new LeaderOptions() });
        cluster.SetDown(0, true);
        return cluster;
    }

    private static IEnumerable<NodeEvent> ToFirst(LabCluster cluster, EventKind kind) => cluster.Log.Of(kind).Where(e => e.Peer == "follower-1");

    [Fact]
    public void Once_means_one_attempt()
    {
        var cluster = OneDown(NoDelay with { Delivery = Delivery.Once });
        cluster.StartWrite("k");
        cluster.SetDown(0, false);
        _world.RunToRest();

        Assert.Equal(1, Assert.Single(ToFirst(cluster, EventKind.DeliveryFailed)).Attempt);
        Assert.Equal("once", Assert.Single(ToFirst(cluster, EventKind.DeliveryAbandoned)).Reason);
        Assert.True(cluster.Leader.Status.Quiescent);
        Assert.Equal(1, Assert.Single(cluster.Compare().Followers, f => f.Id == "follower-1").Missing);
    }

    [Fact]
    public void At_least_once_brings_it_when_the_follower_is_back()
    {
        var cluster = OneDown();
        cluster.StartWrite("k");
        _world.Advance(10_000);
        Assert.Equal(1, cluster.Leader.Status.PendingDeliveries);
        cluster.SetDown(0, false);
        _world.Advance(3500);

        Assert.True(cluster.Compare().Converged);
        var ack = Assert.Single(ToFirst(cluster, EventKind.DeliveryAcked));
        Assert.True(ack.Late);
        Assert.True(ack.Attempt > 1);
        var progress = cluster.Leader.Status.Followers[0];
        Assert.Equal((1, 0, 0), (progress.Acked, progress.Pending, progress.Abandoned));
        Assert.Equal(ack.Attempt!.Value - 1, progress.FailedAttempts);
        Assert.Null(progress.LastFailure);
    }

    [Fact]
    public void Backoff_doubles_from_100_ms_to_3_s_and_is_jittered_down_to_half()
    {
        var cluster = OneDown();
        cluster.StartWrite("k");
        _world.Advance(60_000);

        var times = ToFirst(cluster, EventKind.DeliveryFailed).Select(e => e.ElapsedMs!.Value).ToList();
        var waits = times.Zip(times.Skip(1), (a, b) => b - a).ToList();
        Assert.True(waits.Count > 20);
        for (var i = 0; i < waits.Count; i++)
        {
            var full = Math.Min(100 * Math.Pow(2, i), 3000);
            Assert.InRange(waits[i], full / 2, full);
        }

        Assert.True(waits.Skip(8).Distinct().Count() > 5, "The jitter differs from attempt to attempt.");
    }

    [Fact]
    public void Of_one_key_only_the_newest_is_tried_again()
    {
        var cluster = OneDown();
        for (var i = 0; i < 10; i++) cluster.StartWrite("k", $"value {i}");
        Assert.Equal(1, cluster.Leader.Status.Followers[0].Pending);
        Assert.Equal(9, ToFirst(cluster, EventKind.DeliveryAbandoned).Count(e => e.Reason == "superseded" && e.Outcome == DeliveryOutcome.Replaced));

        cluster.SetDown(0, false);
        _world.RunToRest();
        Assert.Equal(10, Assert.Single(ToFirst(cluster, EventKind.DeliveryAcked)).Version);
        Assert.True(cluster.Compare().Converged);
    }

    [Fact]
    public void In_naive_mode_no_version_makes_another_needless()
    {
        var cluster = OneDown(NoDelay with { Versioning = VersioningMode.Naive });
        for (var i = 0; i < 10; i++) cluster.StartWrite("k", $"value {i}");
        _world.Advance(1);
        Assert.Equal(10, cluster.Leader.Status.Followers[0].Pending);

        cluster.SetDown(0, false);
        _world.RunToRest();
        Assert.Equal(10, ToFirst(cluster, EventKind.DeliveryAcked).Count());
    }

    [Fact]
    public void Retries_of_different_keys_do_not_replace_each_other()
    {
        var cluster = OneDown();
        for (var i = 0; i < 10; i++) cluster.StartWrite($"k{i}");
        _world.Advance(500);
        cluster.SetDown(0, false);
        _world.RunToRest();
        Assert.True(cluster.Compare().Converged);
        Assert.Equal(10, ToFirst(cluster, EventKind.DeliveryAcked).Count());
    }

    [Fact]
    public void While_a_follower_seems_down_one_attempt_is_made_per_probe_interval_whatever_waits()
    {
        var cluster = OneDown();
        for (var i = 0; i < 200; i++) cluster.StartWrite($"k{i}");
        _world.Advance(3000);
        var before = ToFirst(cluster, EventKind.DeliveryFailed).Count();
        _world.Advance(10_000);

        Assert.InRange(ToFirst(cluster, EventKind.DeliveryFailed).Count() - before, 10, 20);
        Assert.Equal(200, cluster.Leader.Status.PendingDeliveries);
    }

    [Fact]
    public void The_first_ack_wakes_everything_that_waits()
    {
        var cluster = OneDown();
        for (var i = 0; i < 200; i++) cluster.StartWrite($"k{i}");
        _world.Advance(30_000);
        cluster.SetDown(0, false);
        _world.RunToRest();

        var acks = cluster.Log.Moments.Where(m => m.Event.Kind == EventKind.DeliveryAcked && m.Event.Peer == "follower-1").Select(m => m.At).ToList();
        Assert.Equal(200, acks.Count);
        Assert.Equal(acks[0], acks[^1]);
        Assert.True(acks[0] - TimeSpan.FromSeconds(30) <= TimeSpan.FromMilliseconds(3500));
    }

    [Fact]
    public void New_writes_are_sent_at_once_to_a_follower_that_seems_down()
    {
        var cluster = OneDown();
        for (var i = 0; i < 5; i++) cluster.StartWrite($"k{i}");
        _world.Advance(10_000);
        cluster.SetDown(0, false);
        cluster.StartWrite("new");

        Assert.Contains(ToFirst(cluster, EventKind.DeliveryAcked), e => e.Key == "new" && e.ElapsedMs == 0);
        Assert.True(cluster.Compare().Converged);
    }

    [Fact]
    public void Too_many_open_deliveries_overflow_and_every_one_is_counted()
    {
        var cluster = OneDown(options: new LeaderOptions { MaxPendingPerFollower = 3 });
        for (var i = 0; i < 5; i++) cluster.StartWrite($"k{i}");

        var progress = cluster.Leader.Status.Followers[0];
        Assert.Equal((3, 2), (progress.Pending, progress.Abandoned));
        Assert.Equal(3, progress.FailedAttempts);
        Assert.Equal(["k3", "k4"], ToFirst(cluster, EventKind.DeliveryAbandoned).Where(e => e.Reason == "overflow").Select(e => e.Key).Order());
        Assert.All(ToFirst(cluster, EventKind.DeliveryFailed).Where(e => e.Reason == "overflow"), e => Assert.Equal(0, e.Attempt));

        cluster.SetDown(0, false);
        _world.RunToRest();
        Assert.Equal(2, Assert.Single(cluster.Compare().Followers, f => f.Id == "follower-1").Missing);
    }

    [Fact]
    public void A_lost_answer_is_asked_for_again_and_found_as_a_duplicate()
    {
        var cluster = new LabCluster(_world, 1, NoDelay with { WriteQuorum = 1 });
        cluster.Network.Roughness = new Roughness(LoseAnswer: 1);
        cluster.StartWrite("k");
        _world.Advance(100);
        cluster.Network.Roughness = Roughness.None;
        _world.RunToRest();

        Assert.Equal("timeout", Assert.Single(cluster.Log.Of(EventKind.DeliveryFailed)).Reason);
        Assert.Equal(DeliveryOutcome.Duplicate, Assert.Single(cluster.Log.Of(EventKind.DeliveryAcked)).Outcome);
        Assert.Single(cluster.Log.Of(EventKind.EntryApplied));
        Assert.Single(cluster.Log.Of(EventKind.EntryDuplicate));
    }
}
