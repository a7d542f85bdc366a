using System.Runtime.CompilerServices;
using KvLab.Core.CatchUp;
using KvLab.Core.Events;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>A step-down that fails midway is said, and comes about once its storage works again.</summary>
[Trait("Category", "Unit")]
public sealed class ShakyStepDownTests
{
    private readonly VirtualWorld _world = new(seed: 3);

    [Fact]
    public void A_leader_whose_storage_fails_while_it_steps_down_says_so_and_follows_later()
    {
        var stores = new List<ShakyStore>();
        var cluster = new ReplicaCluster(_world, 3, new LiveSettings { WriteQuorum = 1, MinDelayMs = 1, MaxDelayMs = 2, ReplicationTimeoutMs = 500 }, () =>
        {
            stores.Add(new ShakyStore());
            return stores[^1];
        });
        var old = cluster.Leading;
        var failures = new List<string>();
        old.Replica.Failed += (what, failure) => failures.Add($"{what}: {failure.Message}");
        // Nobody reaches it, so it learns of its successor from those that refuse it.
        cluster.Wire.SetAway(old.Peer, true);
        cluster.Promote(cluster["follower-1"]);
        // Of those that were made, the leader's came last.
        stores[3].Broken = true;
        _world.Run(() => old.Replica.Leader!.WriteAsync("k", JsonText.Of("zombie")));
        _world.Advance(1000);
        Assert.NotNull(old.Replica.Leader);
        Assert.StartsWith("leader could not step down before epoch ", failures[0], StringComparison.Ordinal);
        Assert.EndsWith("yet: away", failures[0], StringComparison.Ordinal);

        stores[3].Broken = false;
        _world.Advance(100);
        cluster.Wire.SetAway(old.Peer, false);
        Assert.NotNull(old.Replica.Follower);
        Assert.Single(cluster.Log.Of(EventKind.LeaderSteppedDown));
        cluster.Repair(10);
        Assert.True(cluster.Equal);
        cluster.End();
    }

    /// <summary>A memory that cannot be listed while it is broken.</summary>
    private sealed class ShakyStore : IKeyValueStore
    {
        private readonly MemoryStore _memory = new();

        public bool Broken { get; set; }

        public async IAsyncEnumerable<Entry> SnapshotAsync([EnumeratorCancellation] CancellationToken cancellation = default)
        {
            if (Broken) throw new StoreException(StoreFailure.Unavailable, "away");
            await foreach (var entry in _memory.SnapshotAsync(cancellation)) yield return entry;
        }

        public ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) => _memory.ApplyAsync(entry, rule, cancellation);
        public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) => _memory.RollBackAsync(key, version, instead, cancellation);
        public ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => _memory.GetAsync(key, cancellation);
        public ValueTask ClearAsync(CancellationToken cancellation = default) => _memory.ClearAsync(cancellation);
        public ValueTask<long> CountAsync(CancellationToken cancellation = default) => _memory.CountAsync(cancellation);
        public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => _memory.NewestAsync(cancellation);
        public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) => _memory.RememberAsync(seen, cancellation);
    }
}
