using CsCheck;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Properties;

/// <summary>A leader that loses its memory and comes back, several times, with followers that hold different parts of the past.</summary>
[Trait("Category", "Unit")]
public sealed class RestartTests
{
    [Fact]
    public void P2_no_version_that_a_follower_has_seen_is_used_again_after_a_restart() =>
        LabPlan.Rough.Sample(plan => Claims.P2AcrossRestarts(Play(plan)), iter: 200);

    [Fact]
    public void P1_no_follower_goes_back_across_restarts() => LabPlan.Rough.Sample(plan => Claims.P1(Play(plan)), iter: 200);

    [Fact]
    public void P5_after_restarts_all_replicas_are_equal_again() =>
        LabPlan.RoughButPersistent.Sample(plan => Assert.True(Play(plan).Cluster.Compare().Converged), iter: 200);

    /// <summary>The seed's disaster: every follower refuses as stale and confirms, the leader reports successes, nothing is stored.</summary>
    [Fact]
    public void Without_recovery_P2_breaks_and_successes_are_stored_nowhere()
    {
        var settings = new LiveSettings { WriteQuorum = 2, MaxDelayMs = 10 };
        var world = new VirtualWorld(1);
        var cluster = new LabCluster(world, 3, settings);
        for (var i = 0; i < 3; i++) world.Run(() => cluster.WriteAsync("k", $"old {i}"));
        world.Run(cluster.QuiescenceAsync);

        cluster.ReplaceLeader(settings);
        var answer = world.Run(() => cluster.WriteAsync("k", "new"));
        world.Run(cluster.QuiescenceAsync);

        Assert.Equal(WriteStatus.Success, answer.Status);
        Assert.All(cluster.Followers, f => Assert.Equal("\"old 2\"", LabCluster.Entries(f.Store)["k"].Value.ToString()));
        Assert.Throws<ClaimBrokenException>(() => Claims.P2(new History(
            new LabPlan { Settings = settings, Writes = [] }, cluster.Log.Moments, cluster.Steps, cluster.Writes, cluster)));
    }

    /// <summary>Three reigns. Each ends with its leader stopped in the middle of its deliveries and its memory gone.</summary>
    private static History Play(LabPlan plan)
    {
        var world = new VirtualWorld(plan.Seed);
        var cluster = new LabCluster(world, plan.Followers, plan.Settings);
        for (var reign = 1; reign <= 3; reign++)
        {
            if (reign > 1)
            {
                world.Run(() => cluster.Leader.StopAsync(TimeSpan.Zero));
                // What had left the old leader arrives; in-memory messages take no time, only turns.
                world.Settle();
                cluster.ReplaceLeader(plan.Settings);
                world.Run(() => cluster.Leader.RecoverAsync([.. cluster.Followers.Select(f => f.Dump())]));
            }

            cluster.Network.Roughness = plan.Roughness with { Duplicate = 0 };
            world.Run(() => Task.WhenAll(plan.Writes.Select(w => cluster.WriteAsync($"k{w.Key}", $"reign {reign}"))));
            cluster.Network.Roughness = Roughness.None;
        }

        world.Run(async () =>
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(k => cluster.WriteAsync($"k{k}", "last")));
            await cluster.QuiescenceAsync();
        });
        return new History(plan, cluster.Log.Moments, cluster.Steps, cluster.Writes, cluster);
    }
}
