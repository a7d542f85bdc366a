using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>A reset reaches whom it reaches: what it left on a follower is removed there later, and never comes back.</summary>
[Trait("Category", "Unit")]
public sealed class ResetRepairTests
{
    private static readonly LiveSettings Fast = new() { MinDelayMs = 0, MaxDelayMs = 1, WriteQuorum = 2, AntiEntropyMs = 0 };

    private readonly VirtualWorld _world = new(seed: 1);

    [Theory]
    [InlineData("The follower was silent while the others were emptied")]
    [InlineData("A message that had left before the reset came after it")]
    public void What_a_reset_left_on_one_follower_is_removed_there_within_seconds(string how)
    {
        var cluster = new ReplicaCluster(_world, 3, Fast);
        var ghost = cluster.Write("ghost");
        cluster.Write("again");
        _world.Advance(50);
        var late = cluster["follower-2"];
        var wasSilent = how.Contains("silent", StringComparison.Ordinal);
        Reset(cluster, except: wasSilent ? late : null);
        if (!wasSilent) _world.Run(async () => await late.Replica.Follower!.ReceiveAsync(Late("ghost", ghost.Version)));
        cluster.Write("again");
        cluster.Repair();

        Assert.True(cluster.Equal);
        Assert.False(late.Entries().ContainsKey("ghost"));
        var removed = Assert.Single(cluster.Log.Of(EventKind.EntryRemoved));
        Assert.Equal(("follower-2", "ghost", ghost.Version), (removed.Node, removed.Key, removed.EntryVersion));
        cluster.End();
    }

    [Fact]
    public void What_was_written_after_the_reset_stays()
    {
        var cluster = new ReplicaCluster(_world, 3, Fast);
        cluster.Write("old");
        Reset(cluster);
        var written = cluster.Write("new");
        cluster.Repair();
        Assert.All(cluster.Nodes, n => Assert.Equal(written.Version, n.Held("new")));
        Assert.Empty(cluster.Log.Of(EventKind.EntryRemoved));
        cluster.End();
    }

    private void Reset(ReplicaCluster cluster, SimulatedNode? except = null) => _world.Run(async () =>
    {
        await cluster.Leading.Replica.Leader!.ClearAsync();
        foreach (var node in cluster.Nodes)
            if (node != except && node.Replica.Follower is { } follower) await follower.ClearAsync();
    });

    private static Core.Network.ReplicateMessage Late(string key, EntryVersion version) =>
        new(key, Core.Storage.JsonText.Of("x"), version, 1, "leader", VersioningMode.Versioned);
}
