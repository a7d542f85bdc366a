using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>The seed's races: seen in naive mode, impossible in versioned mode (docs/decisions/0005-naive-mode.md).</summary>
[Trait("Category", "Unit")]
public sealed class NaiveModeTests
{
    private const int Interleavings = 2000;

    private static LiveSettings Settings(VersioningMode mode, int seed) => new() { WriteQuorum = 0, MinDelayMs = 0, MaxDelayMs = 2, Seed = seed, Versioning = mode };

    /// <summary>Ten clients write one key at the same instant, in every interleaving that the seeds make.</summary>
    private static IEnumerable<LabCluster> Race(VersioningMode mode)
    {
        for (var seed = 0; seed < Interleavings; seed++)
        {
            var world = new VirtualWorld(seed);
            var cluster = new LabCluster(world, 2, Settings(mode, seed));
            world.Run(async () =>
            {
                await Task.WhenAll(Enumerable.Range(1, 10).Select(i => cluster.WriteAsync("k", $"client {i}")));
                await cluster.QuiescenceAsync();
            });
            yield return cluster;
        }
    }

    [Fact]
    public void In_naive_mode_the_leader_can_be_left_with_an_older_write_for_ever() =>
        Assert.True(Race(VersioningMode.Naive).Count(c => c.HeldByLeader("k").Counter < 10) > Interleavings / 10);

    [Fact]
    public void In_naive_mode_an_older_version_replaces_a_newer_one_on_a_follower_and_the_event_says_so()
    {
        var lost = Race(VersioningMode.Naive).Count(c => c.Log.Of(EventKind.EntryApplied).Any(e => e.Naive && e.Held > e.EntryVersion));
        Assert.True(lost > Interleavings / 10);
    }

    [Fact]
    public void In_naive_mode_replicas_stay_different_in_quiescence_and_no_version_says_so()
    {
        var differing = Race(VersioningMode.Naive).Select(c => c.Compare()).Where(r => r.Quiescent && !r.Converged).ToList();
        Assert.True(differing.Count > Interleavings / 10);
        Assert.All(differing, r => Assert.All(r.Followers.Where(f => f.State == ConvergenceCheck.Different), f => Assert.Equal((0, 1), (f.Conflicts, f.Behind + f.Ahead))));
    }

    [Fact]
    public void In_versioned_mode_none_of_it_happens_in_any_interleaving() => Assert.All(Race(VersioningMode.Versioned), c =>
    {
        Assert.Equal(10, c.HeldByLeader("k").Counter);
        Assert.DoesNotContain(c.Log.Of(EventKind.EntryApplied), e => e.Held > e.EntryVersion);
        Assert.True(c.Compare().Converged);
    });

    [Fact]
    public void In_naive_mode_a_client_is_told_success_all_the_same() =>
        Assert.All(Race(VersioningMode.Naive).Take(50), c => Assert.All(c.Writes, w => Assert.Equal(WriteStatus.Success, w.Result.Status)));

    [Fact]
    public void Leaving_naive_mode_heals_a_key_with_its_next_write()
    {
        var world = new VirtualWorld(1);
        var cluster = new LabCluster(world, 2, Settings(VersioningMode.Naive, 1));
        cluster.StartWrite("k", "1", new Dictionary<string, double> { ["follower-1"] = 50, ["follower-2"] = 50 });
        world.Advance(10);
        cluster.StartWrite("k", "2", new Dictionary<string, double> { ["follower-1"] = 5, ["follower-2"] = 5 });
        world.RunToRest();
        Assert.Equal((0, 2), (cluster.Compare().Followers.Sum(f => f.Conflicts), cluster.Compare().Followers.Sum(f => f.Behind)));

        Assert.Empty(cluster.Leader.Change(new LiveSettingsPatch { Versioning = VersioningMode.Versioned }));
        Assert.Equal(2, cluster.Compare().Followers.Sum(f => f.Behind));
        cluster.StartWrite("k", "3");
        world.RunToRest();
        Assert.True(cluster.Compare().Converged);
    }
}
