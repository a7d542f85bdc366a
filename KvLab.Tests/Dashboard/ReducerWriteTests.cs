using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ReducerWriteTests
{
    private static readonly (string, double)[] TwoDeliveries = [("follower-1", 10), ("follower-2", 30)];

    [Fact]
    public void A_write_is_in_flight_from_its_acceptance_to_its_answer()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "k1");
        Assert.Equal(1, story.Snapshot.Kpis.InFlight);
        story.Answer(1, "k1", 0, 0, 0.5);
        Assert.Equal(0, story.Snapshot.Kpis.InFlight);
    }

    [Fact]
    public void Every_delivery_is_pending_until_its_outcome_is_final()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "k1");
        story.Replicate(1, "k1", 1, TwoDeliveries);
        Assert.Equal(2, story.Snapshot.Kpis.PendingDeliveries);
        story.Ack(1, "k1", "follower-1", 11);
        Assert.Equal(1, story.Snapshot.Kpis.PendingDeliveries);
        story.Tell("leader", EventKind.DeliveryFailed, "k1", 1, peer: "follower-2", reason: "timeout", elapsedMs: 100, attempt: 1);
        Assert.Equal(1, story.Snapshot.Kpis.PendingDeliveries);
        Assert.False(story.Snapshot.Quiescent);
        story.Tell("leader", EventKind.DeliveryAbandoned, "k1", 1, peer: "follower-2", reason: "removed");
        story.Answer(1, "k1", 1, 1, 11);
        Assert.True(story.Snapshot.Quiescent);
    }

    [Fact]
    public void A_write_view_tells_delay_outcome_time_and_lateness_of_each_delivery()
    {
        var story = Story.OfCluster(2);
        story.Accept(17, "k1");
        story.Replicate(17, "k1", 1, TwoDeliveries);
        story.Ack(17, "k1", "follower-1", 11.5);
        story.Answer(17, "k1", 1, 1, 11.6);
        story.Ack(17, "k1", "follower-2", 31, DeliveryOutcome.Superseded, late: true, held: 20);

        var write = Assert.Single(story.Snapshot.Writes);
        Assert.Equal((WriteStatus.Success, 1, 1, 11.6, "quorum_reached"), (write.Status, write.Acks, write.Required, write.ElapsedMs, write.Reason));
        Assert.Equal(new DeliveryView("follower-1", 10, DeliveryOutcome.Applied, 11.5, false, 1, new EntryVersion(1, 17), null), write.Deliveries[0]);
        Assert.Equal(new DeliveryView("follower-2", 30, DeliveryOutcome.Superseded, 31, true, 1, new EntryVersion(1, 20), null), write.Deliveries[1]);
    }

    [Fact]
    public void A_failed_attempt_that_a_later_one_mends_ends_as_applied_with_both_attempts()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        story.Replicate(1, "k1", 1, ("follower-1", 5));
        story.Tell("leader", EventKind.DeliveryFailed, "k1", 1, peer: "follower-1", reason: "refused", elapsedMs: 5, attempt: 1);
        Assert.Equal(DeliveryOutcome.Failed, story.Snapshot.Writes[0].Deliveries[0].Outcome);
        Assert.Equal(1, story.Snapshot.Nodes[1].Failed);
        story.Tell("leader", EventKind.DeliveryAcked, "k1", 1, peer: "follower-1", held: 1, outcome: DeliveryOutcome.Applied, elapsedMs: 120, attempt: 2);
        var delivery = story.Snapshot.Writes[0].Deliveries[0];
        Assert.Equal((DeliveryOutcome.Applied, 2, 120.0, null), (delivery.Outcome, delivery.Attempts, delivery.CompletedMs, delivery.Reason));
    }

    [Fact]
    public void Success_and_partial_success_are_counted_and_their_latency_is_measured()
    {
        var story = Story.OfCluster(2, new LiveSettings { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 90 });
        for (var v = 1; v <= 10; v++)
        {
            story.Accept(v, "k1");
            story.Replicate(v, "k1", 2, TwoDeliveries);
            story.Answer(v, "k1", v == 10 ? 1 : 2, 2, v * 10, success: v != 10);
        }
        var kpis = story.Snapshot.Kpis;
        Assert.Equal((10L, 9L, 1L), (kpis.Writes, kpis.Success, kpis.Partial));
        Assert.Equal((55.0, 50.0, 100.0, 100.0), (kpis.MeanMs, kpis.P50Ms, kpis.P95Ms, kpis.P99Ms));
        // Mean of the larger of two U(0, 90): 90·2/3.
        Assert.All(story.Snapshot.Latencies, p => Assert.Equal(60, p.PredictedMs!.Value, 6));
    }

    [Fact]
    public void Writes_are_newest_first_and_limited_and_the_open_ones_beyond_the_limit_still_count()
    {
        var story = Story.OfCluster(1);
        for (var v = 1; v <= StateLimits.Writes + 10; v++) story.Accept(v, "k1");
        Assert.Equal(StateLimits.Writes, story.Snapshot.Writes.Length);
        Assert.Equal(StateLimits.Writes + 10, story.Snapshot.Writes[0].Version.Counter);
        Assert.Equal(StateLimits.Writes + 10, story.Snapshot.Kpis.InFlight);
        story.Answer(1, "k1", 0, 0, 1);
        Assert.Equal(StateLimits.Writes + 9, story.Snapshot.Kpis.InFlight);
    }

    [Fact]
    public void A_leader_that_ends_leaves_no_write_in_flight_and_says_why()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "k1");
        story.Replicate(1, "k1", 2, TwoDeliveries);
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Crashed, null, "Ended by itself: exit code 1."));
        var write = story.Snapshot.Writes[0];
        Assert.True(story.Snapshot.Quiescent);
        Assert.Equal((null, Explain.LeaderEnded), (write.Status, write.Reason));
        Assert.All(write.Deliveries, d => Assert.Equal((DeliveryOutcome.Failed, Explain.LeaderEnded), (d.Outcome, d.Reason)));
    }

    [Fact]
    public void A_reset_of_the_leader_begins_the_figures_anew_but_follows_open_writes_to_their_end()
    {
        var story = Story.OfCluster(2);
        story.Accept(1, "k1");
        story.Answer(1, "k1", 0, 0, 5);
        story.Accept(2, "k2");
        story.Tell("leader", EventKind.StoreCleared);
        Assert.Empty(story.Snapshot.Writes);
        Assert.Empty(story.Snapshot.Latencies);
        Assert.Equal((0L, 0L, 1), (story.Snapshot.Kpis.Writes, story.Snapshot.Kpis.Success, story.Snapshot.Kpis.InFlight));
        story.Answer(2, "k2", 0, 0, 5);
        Assert.Equal((0L, 0), (story.Snapshot.Kpis.Success, story.Snapshot.Kpis.InFlight));
    }
}
