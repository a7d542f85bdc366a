using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>When a client gets its answer, to the tenth of a millisecond, on a hand-operated clock (protocol.md, "The write path").</summary>
[Trait("Category", "Unit")]
public sealed class LeaderAnswerTests
{
    private static readonly Dictionary<string, double> TenToFifty = Enumerable.Range(1, 5).ToDictionary(i => $"follower-{i}", i => 10.0 * i);
    private readonly VirtualWorld _world = new(seed: 7);

    private LabCluster Cluster(int w, LiveSettings? settings = null, LabParts? parts = null) =>
        new(_world, 5, (settings ?? new LiveSettings()) with { WriteQuorum = w }, parts);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Answer_comes_at_the_Wth_smallest_delay_and_not_before(int w)
    {
        var cluster = Cluster(w);
        var answer = cluster.StartWrite("k", delaysMs: TenToFifty);

        _world.Advance((10 * w) - 0.1);
        Assert.False(answer.IsCompleted);

        _world.Advance(0.1);
        Assert.True(answer.IsCompletedSuccessfully);
        var result = answer.Result;
        Assert.Equal((WriteStatus.Success, AnswerReason.QuorumReached, w, w, 5), (result.Status, result.Reason, result.Acks, result.Required, result.Followers));
        Assert.Equal(10 * w, result.Elapsed.TotalMilliseconds);
    }

    [Fact]
    public void A_thousand_writes_in_flight_change_no_latency()
    {
        var cluster = Cluster(w: 3);
        var answers = Enumerable.Range(0, 1000).Select(i => cluster.StartWrite($"k{i % 10}", delaysMs: TenToFifty)).ToList();

        _world.Advance(29.9);
        Assert.DoesNotContain(answers, a => a.IsCompleted);
        _world.Advance(0.1);

        Assert.All(answers, a => Assert.Equal(30, a.Result.Elapsed.TotalMilliseconds));
    }

    [Fact]
    public void Followers_slower_than_the_Wth_do_not_matter()
    {
        var cluster = Cluster(w: 2, new LiveSettings { ReplicationTimeoutMs = LiveSettings.LongestTimeoutMs });
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double>
        {
            ["follower-1"] = 60_000,
            ["follower-2"] = 60_000,
            ["follower-3"] = 5,
            ["follower-4"] = 60_000,
            ["follower-5"] = 8,
        });

        _world.Advance(8);
        Assert.Equal(8, answer.Result.Elapsed.TotalMilliseconds);
    }

    [Fact]
    public void W_zero_answers_at_once_and_delivers_in_the_background()
    {
        var cluster = Cluster(w: 0);
        var answer = cluster.StartWrite("k", delaysMs: TenToFifty);

        Assert.Equal((WriteStatus.Success, 0, TimeSpan.Zero), (answer.Result.Status, answer.Result.Acks, answer.Result.Elapsed));
        Assert.False(cluster.Leader.Status.Quiescent);
        _world.Advance(50);
        Assert.True(cluster.Leader.Status.Quiescent);
        Assert.True(cluster.Compare().Converged);
        Assert.All(cluster.Log.Of(EventKind.DeliveryAcked), e => Assert.True(e.Late));
    }

    [Fact]
    public void A_leader_without_followers_answers_at_once()
    {
        var cluster = new LabCluster(_world, 0, new LiveSettings { WriteQuorum = 0 });
        Assert.Equal(WriteStatus.Success, cluster.StartWrite("k").Result.Status);
        Assert.True(cluster.Leader.Status.Quiescent);
    }

    [Fact]
    public void What_arrives_after_the_answer_is_late_and_what_came_before_is_not()
    {
        var cluster = Cluster(w: 3);
        cluster.StartWrite("k", delaysMs: TenToFifty);
        _world.Advance(50);

        Assert.Equal([(10.0, false), (20, false), (30, false), (40, true), (50, true)],
            cluster.Log.Of(EventKind.DeliveryAcked).Select(e => (e.ElapsedMs!.Value, e.Late)));
    }

    [Fact]
    public void Answer_comes_as_soon_as_W_is_out_of_reach()
    {
        var cluster = Cluster(w: 3);
        for (var i = 0; i < 3; i++) cluster.SetDown(i, true);
        var answer = cluster.StartWrite("k", delaysMs: TenToFifty);

        _world.Advance(29.9);
        Assert.False(answer.IsCompleted);
        _world.Advance(0.1);

        var result = answer.Result;
        Assert.Equal((WriteStatus.PartialSuccess, AnswerReason.QuorumUnreachable, 0, 30.0), (result.Status, result.Reason, result.Acks, result.Elapsed.TotalMilliseconds));
        Assert.Contains("too many followers failed", result.Note, StringComparison.Ordinal);
        Assert.Equal("\"x\"", LabCluster.Entries(cluster.LeaderStore)["k"].Value.ToString());
    }

    [Fact]
    public void N_minus_W_failures_are_not_too_many()
    {
        var cluster = Cluster(w: 3);
        cluster.SetDown(0, true);
        cluster.SetDown(1, true);
        var answer = cluster.StartWrite("k", delaysMs: TenToFifty);

        _world.Advance(50);
        Assert.Equal((WriteStatus.Success, 3, 50.0), (answer.Result.Status, answer.Result.Acks, answer.Result.Elapsed.TotalMilliseconds));
    }

    [Fact]
    public void An_ack_of_a_second_attempt_counts_as_long_as_the_client_waits()
    {
        var cluster = new LabCluster(_world, 3, new LiveSettings { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 0 });
        cluster.SetDown(0, true);
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-1"] = 1, ["follower-2"] = 2, ["follower-3"] = 4000 });
        _world.Advance(3);
        cluster.SetDown(0, false);

        Assert.False(answer.IsCompleted);
        _world.Advance(100);
        Assert.Equal(WriteStatus.Success, answer.Result.Status);
        Assert.Equal([1, 2], cluster.Log.Of(EventKind.DeliveryAcked).Select(e => e.Attempt!.Value).Order());
    }

    [Fact]
    public void The_deadline_answers_with_what_is_known_and_the_rest_arrives_late()
    {
        var cluster = Cluster(w: 3, new LiveSettings { ReplicationTimeoutMs = 100 });
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double>
        {
            ["follower-1"] = 20,
            ["follower-2"] = 40,
            ["follower-3"] = 100.1,
            ["follower-4"] = 700,
            ["follower-5"] = 900,
        });

        _world.Advance(99.9);
        Assert.False(answer.IsCompleted);
        _world.Advance(0.1);
        Assert.Equal((WriteStatus.PartialSuccess, AnswerReason.Deadline, 2, 100.0),
            (answer.Result.Status, answer.Result.Reason, answer.Result.Acks, answer.Result.Elapsed.TotalMilliseconds));

        _world.Advance(800);
        Assert.Equal([false, false, true, true, true], cluster.Log.Of(EventKind.DeliveryAcked).Select(e => e.Late));
        Assert.True(cluster.Compare().Converged);
    }

    [Fact]
    public void One_deadline_covers_delay_and_request_together()
    {
        var cluster = Cluster(w: 1, new LiveSettings { ReplicationTimeoutMs = 100 });
        cluster.Network.Roughness = new Roughness(LoseRequest: 1);
        var answer = cluster.StartWrite("k", delaysMs: TenToFifty.ToDictionary(d => d.Key, _ => 60.0));

        _world.Advance(100);
        Assert.Equal((AnswerReason.Deadline, 100.0), (answer.Result.Reason, answer.Result.Elapsed.TotalMilliseconds));
    }

    [Fact]
    public void A_client_that_goes_away_ends_its_waiting_not_the_write()
    {
        var cluster = Cluster(w: 5);
        using var client = new CancellationTokenSource();
        var answer = _world.Start(() => cluster.Leader.WriteAsync("k", JsonText.Of("x"), TenToFifty, client.Token));

        _world.Advance(25);
        client.Cancel();
        _world.Settle();
        Assert.True(answer.IsCanceled);
        Assert.Equal(0, cluster.Leader.Status.WritesInFlight);

        _world.Advance(25);
        Assert.True(cluster.Compare().Converged);
        Assert.Equal("success", Assert.Single(cluster.Log.Of(EventKind.WriteAnswered)).Reason);
    }

    [Fact]
    public void Settings_at_the_start_of_a_write_hold_for_it()
    {
        var cluster = Cluster(w: 5, new LiveSettings { ReplicationTimeoutMs = 1000 });
        var before = cluster.StartWrite("k", delaysMs: TenToFifty);
        Assert.Empty(cluster.Leader.Change(new LiveSettingsPatch { WriteQuorum = 1, ReplicationTimeoutMs = 1, Versioning = VersioningMode.Naive }));
        var after = cluster.StartWrite("other", delaysMs: TenToFifty);

        _world.Advance(50);
        Assert.Equal((5, 5, 50.0), (before.Result.Required, before.Result.Acks, before.Result.Elapsed.TotalMilliseconds));
        Assert.Equal((1, AnswerReason.Deadline, 1.0), (after.Result.Required, after.Result.Reason, after.Result.Elapsed.TotalMilliseconds));
        Assert.All(cluster.Steps, s => Assert.Equal(s.Key == "k" ? ApplyRule.NewerWins : ApplyRule.LastArrivalWins, s.Rule));
    }

    [Fact]
    public void Delays_come_from_the_schedule_where_none_are_chosen()
    {
        var settings = new LiveSettings { Seed = 99, MinDelayMs = 5, MaxDelayMs = 500 };
        var cluster = Cluster(w: 0, settings);
        cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-2"] = 1.5, ["somebody else"] = 9 });

        var started = Assert.Single(cluster.Log.Of(EventKind.ReplicationStarted));
        Assert.Equal(["follower-1", "follower-2", "follower-3", "follower-4", "follower-5"], started.Peers!);
        Assert.Equal(started.Peers!.Select(f => f == "follower-2" ? 1.5 : Core.Network.DelaySchedule.DelayMs(settings, 1, f)), started.DelaysMs);
    }
}
