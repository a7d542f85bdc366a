using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using KvLab.Tests.Storage;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>Decision 10: what a follower forgot, or never had, comes back to it.</summary>
[Trait("Category", "Unit")]
public sealed class CatchUpTests
{
    private static readonly LiveSettings Fast = new() { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 10 };

    private readonly VirtualWorld _world = new(5);

    private LabCluster Cluster(LiveSettings? settings = null) => new(_world, followers: 2, settings ?? Fast);

    [Fact]
    public void A_follower_that_lost_its_memory_is_sent_exactly_what_it_lacks() => _world.Run(async () =>
    {
        var cluster = Cluster();
        for (var i = 0; i < 20; i++) await cluster.WriteAsync($"k{i % 7}");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Node.ClearAsync(TestContext.Current.CancellationToken);
        await cluster.WriteAsync("k3");
        await cluster.QuiescenceAsync();

        Assert.Equal(6, await cluster.SyncAsync(0));

        Assert.True(cluster.Compare().Converged);
        var told = Assert.Single(cluster.Log.Of(EventKind.FollowerCaughtUp));
        Assert.Equal((6, "follower-1"), (told.Acks, told.Peer));
    });

    [Fact]
    public void Nothing_is_sent_to_a_follower_that_has_everything() => _world.Run(async () =>
    {
        var cluster = Cluster();
        await cluster.WriteAsync("k");
        await cluster.QuiescenceAsync();
        var before = cluster.Log.Of(EventKind.EntryDuplicate).Count();

        Assert.Equal(0, await cluster.SyncAsync(0));
        Assert.Equal(before, cluster.Log.Of(EventKind.EntryDuplicate).Count());
        Assert.Empty(cluster.Log.Of(EventKind.FollowerCaughtUp));
    });

    [Fact]
    public void While_it_goes_on_the_cluster_is_not_quiescent() => _world.Run(async () =>
    {
        var cluster = Cluster();
        await cluster.WriteAsync("k");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Node.ClearAsync(TestContext.Current.CancellationToken);

        var catchingUp = cluster.SyncAsync(0);
        Assert.False(catchingUp.IsCompleted);
        Assert.False(cluster.Leader.Status.Quiescent);
        await catchingUp;
        Assert.True(cluster.Leader.Status.Quiescent);
    });

    [Fact]
    public void A_new_leader_may_pass_on_what_an_earlier_one_wrote_and_an_old_one_is_still_fenced() => _world.Run(async () =>
    {
        var cluster = Cluster();
        await cluster.WriteAsync("old");
        await cluster.QuiescenceAsync();
        var first = cluster.Leader;
        var second = cluster.ReplaceLeader(Fast);
        await second.RecoverAsync([.. cluster.Followers.Select(f => f.Dump())], cancellation: TestContext.Current.CancellationToken);
        await second.WriteAsync("new", JsonText.Of("x"), cancellation: TestContext.Current.CancellationToken);
        await cluster.Followers[1].Node.ClearAsync(TestContext.Current.CancellationToken);

        // The entry is of epoch 1, the follower has seen epoch 2, the sender reigns in epoch 2.
        await cluster.SyncAsync(1, second);
        Assert.Equal(new EntryVersion(1, 1), cluster.HeldBy(1, "old"));

        await cluster.Followers[1].Node.ClearAsync(TestContext.Current.CancellationToken);
        Assert.Null(await cluster.SyncAsync(1, first));
        Assert.Equal(EntryVersion.None, cluster.HeldBy(1, "old"));
        Assert.NotEmpty(cluster.Log.Of(EventKind.MessageFenced));
    });

    [Fact]
    public void There_is_none_in_naive_mode_where_no_version_says_who_is_right() => _world.Run(async () =>
    {
        var cluster = Cluster(Fast with { Versioning = VersioningMode.Naive });
        await cluster.WriteAsync("k");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Node.ClearAsync(TestContext.Current.CancellationToken);
        Assert.Null(await cluster.SyncAsync(0));
        Assert.Equal(EntryVersion.None, cluster.HeldBy(0, "k"));
    });

    [Fact]
    public void A_full_sync_sends_everything_and_an_incremental_one_only_what_is_lacking() => _world.Run(async () =>
    {
        var cluster = Cluster();
        for (var i = 0; i < 50; i++) await cluster.WriteAsync($"k{i}");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Store.RollBackAsync("k7", cluster.HeldBy(0, "k7"), null, TestContext.Current.CancellationToken);

        Assert.Equal(1, await cluster.SyncAsync(0));
        cluster.Leader.Change(new LiveSettingsPatch { RejoinSync = RejoinSync.Full });
        Assert.Equal(50, await cluster.SyncAsync(0));
    });

    [Fact]
    public void Comparing_equal_replicas_costs_256_bytes_and_sends_nothing() => _world.Run(async () =>
    {
        var cluster = Cluster();
        for (var i = 0; i < 500; i++) await cluster.WriteAsync($"k{i}");
        await cluster.QuiescenceAsync();
        Assert.Equal(0, await cluster.SyncAsync(0));
        Assert.Equal(new RepairTotals(1, 0, 0, 256, 0), cluster.SyncOf(cluster.Leader).Totals);
    });

    [Fact]
    public void Entries_above_the_horizon_are_left_to_their_own_delivery() => _world.Run(async () =>
    {
        var cluster = Cluster();
        for (var i = 0; i < 6; i++) await cluster.WriteAsync($"k{i}");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Node.ClearAsync(TestContext.Current.CancellationToken);
        var report = await cluster.SyncOf(cluster.Leader).SyncAsync(cluster.Followers[0].Peer, rejoined: false, horizon: new EntryVersion(1, 4), TestContext.Current.CancellationToken);
        Assert.Equal(4, report!.Sent);
        Assert.Single(cluster.Log.Of(EventKind.AntiEntropyRepaired));
    });

    /// <summary>While a slow store is being emptied its entries can still be read; what a reset removes must not come back by the back door.</summary>
    [Fact]
    public void It_does_not_send_what_a_reset_is_about_to_remove() => _world.Run(async () =>
    {
        var cluster = new LabCluster(_world, 2, Fast, new LabParts { LeaderStore = () => new SlowStore(_world.Time, TimeSpan.FromMilliseconds(10)) });
        await cluster.WriteAsync("k");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Node.ClearAsync(TestContext.Current.CancellationToken);

        var reset = cluster.Leader.ClearAsync(TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromMilliseconds(5), _world.Time, TestContext.Current.CancellationToken);
        Assert.Equal(0, await cluster.SyncAsync(0));
        await reset;
        Assert.Equal(EntryVersion.None, cluster.HeldBy(0, "k"));
    });

    [Fact]
    public void A_reset_ends_it() => _world.Run(async () =>
    {
        var cluster = Cluster();
        await cluster.WriteAsync("k");
        await cluster.QuiescenceAsync();
        await cluster.Followers[0].Node.ClearAsync(TestContext.Current.CancellationToken);
        cluster.Network.Roughness = new Roughness(LoseRequest: 1);

        var catchingUp = cluster.SyncAsync(0);
        await cluster.Leader.ClearAsync(TestContext.Current.CancellationToken);
        Assert.Null(await catchingUp);
        Assert.True(cluster.Leader.Status.Quiescent);
    });

    [Fact]
    public void A_stranger_is_left_alone() => _world.Run(async () =>
    {
        var cluster = Cluster();
        await cluster.WriteAsync("k");
        var stranger = cluster.NewFollower("stranger");
        Assert.Null(await cluster.SyncOf(cluster.Leader).SyncAsync(stranger.Peer, rejoined: true, cluster.Leader.LastVersion, TestContext.Current.CancellationToken));
    });
}
