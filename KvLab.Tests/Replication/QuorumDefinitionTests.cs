using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>Whether the leader's own copy counts, and how long a follower is waited for.</summary>
[Trait("Category", "Unit")]
public sealed class QuorumDefinitionTests
{
    private readonly VirtualWorld _world = new(seed: 9);

    [Theory]
    [InlineData(false, 2, 20)]
    [InlineData(true, 2, 10)]
    [InlineData(true, 3, 20)]
    [InlineData(true, 4, 30)]
    [InlineData(true, 1, 0)]
    public void The_client_waits_for_one_follower_less_where_the_leader_counts(bool countsLeader, int w, double answeredAfterMs)
    {
        var cluster = new LabCluster(_world, 3, new LiveSettings { WriteQuorum = w, QuorumCountsLeader = countsLeader });
        var delays = new Dictionary<string, double> { ["follower-1"] = 10, ["follower-2"] = 20, ["follower-3"] = 30 };
        var result = _world.Run(() => cluster.WriteAsync("k", delaysMs: delays));
        Assert.Equal(answeredAfterMs, result.Elapsed.TotalMilliseconds, 0.001);
        Assert.Equal((WriteStatus.Success, w, w), (result.Status, result.Acks, result.Required));
    }

    [Fact]
    public void Prediction_and_range_of_W_follow_the_definition()
    {
        var settings = new LiveSettings { WriteQuorum = 6, QuorumCountsLeader = true, MinDelayMs = 0, MaxDelayMs = 600 };
        Assert.Empty(settings.Validate(5));
        Assert.Equal(500, OrderStatistics.MeanMs(settings, 5), 1e-9);
        Assert.Single((settings with { QuorumCountsLeader = false }).Validate(5), e => e.Field == "writeQuorum");
        Assert.Single((settings with { WriteQuorum = 7 }).Validate(5), e => e.Field == "writeQuorum");
    }

    [Fact]
    public void A_hinted_delivery_is_given_up_when_its_window_ends_and_told()
    {
        var cluster = new LabCluster(_world, 1, new LiveSettings { WriteQuorum = 0, MinDelayMs = 0, MaxDelayMs = 0, Delivery = Delivery.Hinted, HintWindowMs = 2000 });
        cluster.SetDown(0, true);
        cluster.StartWrite("k");
        _world.Advance(1900);
        Assert.Empty(cluster.Log.Of(EventKind.DeliveryAbandoned));
        _world.Advance(1000);
        Assert.Equal("hint_window", Assert.Single(cluster.Log.Of(EventKind.DeliveryAbandoned)).Reason);
        Assert.True(cluster.Leader.Status.Quiescent);
    }

    [Fact]
    public void A_hinted_delivery_within_its_window_arrives_when_the_follower_is_back()
    {
        var cluster = new LabCluster(_world, 1, new LiveSettings { WriteQuorum = 0, MinDelayMs = 0, MaxDelayMs = 0, Delivery = Delivery.Hinted, HintWindowMs = 60_000 });
        cluster.SetDown(0, true);
        cluster.StartWrite("k");
        _world.Advance(5000);
        cluster.SetDown(0, false);
        _world.Run(cluster.QuiescenceAsync);
        Assert.Equal(1, cluster.HeldBy(0, "k").Counter);
    }

    [Fact]
    public void More_hints_than_the_limit_are_dropped_and_counted()
    {
        var cluster = new LabCluster(_world, 1, new LiveSettings { WriteQuorum = 0, MinDelayMs = 0, MaxDelayMs = 0, Delivery = Delivery.Hinted, HintLimit = 3 });
        cluster.SetDown(0, true);
        for (var i = 0; i < 10; i++) cluster.StartWrite($"k{i}");
        _world.Advance(50);
        Assert.Equal(7, cluster.Log.Of(EventKind.DeliveryAbandoned).Count(e => e.Reason == "hint_limit"));
        Assert.Equal(7, cluster.Leader.Status.Followers[0].Abandoned);
    }
}
