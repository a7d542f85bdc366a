using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>Reset and shutdown.</summary>
[Trait("Category", "Unit")]
public sealed class LeaderLifecycleTests
{
    private static readonly LiveSettings Slow = new() { WriteQuorum = 1, MinDelayMs = 100, MaxDelayMs = 100 };
    private readonly VirtualWorld _world = new(seed: 13);

    private bool Clear(LabCluster cluster) => _world.Run(async () =>
    {
        await cluster.Leader.ClearAsync();
        return true;
    });

    [Fact]
    public void A_reset_empties_the_leader_ends_what_is_under_way_and_keeps_the_counter()
    {
        var cluster = new LabCluster(_world, 2, Slow);
        var waiting = cluster.StartWrite("k");
        _world.Advance(50);
        Clear(cluster);

        Assert.Equal((WriteStatus.PartialSuccess, AnswerReason.Cleared), (waiting.Result.Status, waiting.Result.Reason));
        Assert.Contains("reset", waiting.Result.Note, StringComparison.Ordinal);
        Assert.Equal(2, cluster.Log.Of(EventKind.DeliveryAbandoned).Count(e => e.Reason == "cleared"));
        Assert.Empty(LabCluster.Entries(cluster.LeaderStore));
        Assert.True(cluster.Leader.Status.Quiescent);

        var next = _world.Run(() => cluster.WriteAsync("k"));
        Assert.Equal(new EntryVersion(1, 2), next.Version);
        Assert.Equal(WriteStatus.Success, next.Status);
    }

    [Fact]
    public void What_has_not_left_yet_is_not_sent_after_a_reset()
    {
        var cluster = new LabCluster(_world, 2, Slow);
        cluster.StartWrite("k");
        _world.Advance(50);
        Clear(cluster);
        _world.RunToRest();
        Assert.All(cluster.Followers, f => Assert.Empty(LabCluster.Entries(f.Store)));
    }

    [Fact]
    public void A_reset_under_load_ends_and_writes_go_on_after_it()
    {
        var cluster = new LabCluster(_world, 3, Slow with { WriteQuorum = 3 });
        var stop = false;
        _world.Run(async () =>
        {
            var clients = Enumerable.Range(0, 20).Select(async i =>
            {
                while (!stop) await cluster.WriteAsync($"k{i}");
            }).ToList();
            await Task.Delay(TimeSpan.FromMilliseconds(250), _world.Time);
            var before = _world.Now;
            await cluster.Leader.ClearAsync();
            Assert.Equal(before, _world.Now);
            Assert.Empty(LabCluster.Entries(cluster.LeaderStore));
            await Task.Delay(TimeSpan.FromMilliseconds(250), _world.Time);
            stop = true;
            await Task.WhenAll(clients);
            await cluster.QuiescenceAsync();
        });
        Assert.Equal(20, LabCluster.Entries(cluster.LeaderStore).Count);
        Assert.True(cluster.Compare().Converged);
    }

    [Fact]
    public void Two_resets_at_once_both_end()
    {
        var cluster = new LabCluster(_world, 2, Slow);
        cluster.StartWrite("k");
        _world.Run(() => Task.WhenAll(cluster.Leader.ClearAsync(), cluster.Leader.ClearAsync()));
        Assert.Equal(2, cluster.Log.Of(EventKind.StoreCleared).Count());
        Assert.Equal(WriteStatus.Success, _world.Run(() => cluster.WriteAsync("k")).Status);
    }

    [Fact]
    public void A_reset_that_the_store_refuses_lets_writes_in_again()
    {
        var cluster = new LabCluster(_world, 2, Slow, new LabParts { LeaderStore = () => new Storage.BrokenClearStore() });
        Assert.Throws<IOException>(() => Clear(cluster));
        Assert.Equal(WriteStatus.Success, _world.Run(() => cluster.WriteAsync("k")).Status);
    }

    [Fact]
    public void Stopping_waits_for_what_is_open_and_reports_that_nothing_was_left()
    {
        var cluster = new LabCluster(_world, 3, Slow);
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-3"] = 900 });
        var report = _world.Run(() => cluster.Leader.StopAsync(TimeSpan.FromSeconds(5)));

        Assert.Equal(0, report.Total);
        Assert.Equal(900, _world.Now.TotalMilliseconds);
        Assert.Equal(WriteStatus.Success, answer.Result.Status);
        Assert.True(cluster.Compare().Converged);
        Assert.Equal("Everything was delivered.", Assert.Single(cluster.Log.Of(EventKind.NodeStopping)).Detail);
    }

    [Fact]
    public void Stopping_gives_up_after_its_time_and_says_what_was_left()
    {
        var cluster = new LabCluster(_world, 3, Slow);
        cluster.SetDown(0, true);
        for (var i = 0; i < 4; i++) cluster.StartWrite($"k{i}");
        cluster.StartWrite("slow", delaysMs: new Dictionary<string, double> { ["follower-2"] = 30_000 });

        var report = _world.Run(() => cluster.Leader.StopAsync(TimeSpan.FromSeconds(2)));

        Assert.Equal(2000, _world.Now.TotalMilliseconds);
        Assert.Equal(new Dictionary<string, int> { ["follower-1"] = 5, ["follower-2"] = 1 }, report.Left);
        Assert.Equal("6 deliveries were left: 5 to follower-1, 1 to follower-2.", Assert.Single(cluster.Log.Of(EventKind.NodeStopping)).Detail);
        Assert.True(cluster.Leader.Status.Quiescent);
        Assert.Equal(EventKind.NodeStopping, cluster.Log.Events.Last().Kind);
    }

    [Fact]
    public void A_client_that_waits_at_the_end_is_told_that_the_leader_shuts_down()
    {
        var cluster = new LabCluster(_world, 3, Slow with { WriteQuorum = 2 });
        var answer = cluster.StartWrite("k", delaysMs: new Dictionary<string, double> { ["follower-2"] = 3000, ["follower-3"] = 3000 });
        _world.Run(() => cluster.Leader.StopAsync(TimeSpan.FromSeconds(1)));

        Assert.Equal((WriteStatus.PartialSuccess, AnswerReason.Shutdown, 1), (answer.Result.Status, answer.Result.Reason, answer.Result.Acks));
        Assert.Contains("shutting down", answer.Result.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_leader_takes_no_write_and_stores_nothing()
    {
        var cluster = new LabCluster(_world, 1, Slow);
        _world.Run(() => cluster.Leader.StopAsync(TimeSpan.Zero));
        Assert.Throws<LeaderStoppedException>(() => _world.Run(() => cluster.WriteAsync("k")));
        Assert.Empty(LabCluster.Entries(cluster.LeaderStore));
        Assert.Equal(0, cluster.Leader.Status.WritesInFlight);
    }

    /// <summary>In the pause of naive mode a write has no deliveries yet; they must not begin behind the back of a leader that has stopped.</summary>
    [Fact]
    public void A_write_that_is_being_stored_when_the_leader_stops_is_waited_for()
    {
        var cluster = new LabCluster(_world, 1, Slow with { Versioning = VersioningMode.Naive });
        cluster.SetDown(0, true);
        var answer = cluster.StartWrite("k");
        Assert.Equal((1, 0), (cluster.Leader.Status.WritesInFlight, cluster.Leader.Status.PendingDeliveries));
        _world.Run(() => cluster.Leader.StopAsync(TimeSpan.Zero));

        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal(EventKind.NodeStopping, cluster.Log.Events.Last().Kind);
    }

    [Fact]
    public void A_write_in_its_store_step_is_not_quiescence()
    {
        var cluster = new LabCluster(_world, 1, Slow with { WriteQuorum = 0, Versioning = VersioningMode.Naive });
        cluster.StartWrite("k");
        Assert.False(cluster.Leader.Status.Quiescent);
        _world.RunToRest();
        Assert.True(cluster.Leader.Status.Quiescent);
    }

    [Fact]
    public void A_write_that_the_store_refuses_fails_and_is_sent_to_nobody()
    {
        var cluster = new LabCluster(_world, 2, Slow, new LabParts { LeaderStore = () => new Storage.FullStore() });
        Assert.Throws<IOException>(() => _world.Run(() => cluster.WriteAsync("k")));
        Assert.Empty(cluster.Log.Of(EventKind.ReplicationStarted));
        Assert.True(cluster.Leader.Status.Quiescent);
        Assert.Throws<IOException>(() => _world.Run(() => cluster.WriteAsync("k")));
    }

    [Fact]
    public void A_follower_whose_store_refuses_does_not_ack()
    {
        var cluster = new LabCluster(_world, 1, Slow with { Delivery = Delivery.Once }, new LabParts { FollowerStore = () => new Storage.FullStore() });
        var result = _world.Run(() => cluster.WriteAsync("k"));
        Assert.Equal((WriteStatus.PartialSuccess, 0), (result.Status, result.Acks));
        Assert.Equal("error", Assert.Single(cluster.Log.Of(EventKind.DeliveryFailed)).Reason);
    }
}
