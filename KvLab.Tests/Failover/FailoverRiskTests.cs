using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Failover;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;
using KvLab.Tests.Dashboard;
using Xunit;

namespace KvLab.Tests.Failover;

/// <summary>The safety sentence of a failover, told to a reducer as nodes tell it.</summary>
[Trait("Category", "Unit")]
public sealed class FailoverRiskTests
{
    private readonly Story _story = Story.OfCluster(3, new LiveSettings { WriteQuorum = 1 });

    private sealed class Lookup(ClusterObserver observer) : IDurabilityLookup
    {
        public DurabilityRow? Find(EntryVersion version) => observer.FindDurability(version);
        public BeyondReach Beyond(IReadOnlyCollection<string> nodes, int listed) => observer.DurabilityBeyond(nodes, listed);
    }

    private void Write(long version, params string[] confirmed)
    {
        var key = $"k{version}";
        _story.Accept(version, key);
        foreach (var follower in confirmed)
        {
            _story.Apply(follower, version, key);
            _story.Ack(version, key, follower, 10);
        }

        _story.Answer(version, key, confirmed.Length, confirmed.Length, 12);
    }

    private FailoverRisk Risk(params string[] asked) => FailoverRisk.Of(asked[0], asked, new Lookup(_story.Observer));

    [Fact]
    public void Writes_confirmed_with_a_small_W_are_at_risk_whatever_W_is_now_and_are_named()
    {
        Write(1, "follower-1");
        Write(2, "follower-1", "follower-2", "follower-3");
        _story.Tell("leader", EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 3 });

        var risk = Risk("follower-2", "follower-3");
        Assert.Equal(1, risk.AtRisk);
        var write = Assert.Single(risk.Writes);
        Assert.Equal((1, "k1"), (write.Version, write.Key));
        Assert.Equal(["leader", "follower-1"], write.HeldBy);
        Assert.StartsWith("1 of 2 acknowledged writes is held by none of the 2 nodes asked (follower-2, follower-3): ", risk.Note, StringComparison.Ordinal);
        Assert.Contains("of k1 (held by leader, follower-1)", risk.Note, StringComparison.Ordinal);

        // What the ledger says afterwards agrees: with the nodes that held it, it is lost.
        _story.Observer.Tell(new ProcessChanged("leader", NodeState.Stopped, null, null));
        _story.Observer.Tell(new ProcessChanged("follower-1", NodeState.Stopped, null, null));
        Assert.Equal("k1", Assert.Single(_story.Snapshot.Durability.Lost).Write.Key);
    }

    [Fact]
    public void Writes_confirmed_with_a_large_W_are_safe_although_W_is_small_now()
    {
        Write(1, "follower-1", "follower-2", "follower-3");
        Write(2, "follower-1", "follower-3");
        _story.Tell("leader", EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 0 });
        var risk = Risk("follower-2", "follower-3");
        Assert.Equal(0, risk.AtRisk);
        Assert.Equal("Each of the 2 acknowledged writes that are tracked is held by at least one of the 2 nodes asked (follower-2, follower-3).", risk.Note);
    }

    [Fact]
    public void Nothing_is_claimed_where_nothing_was_promised() =>
        Assert.Equal("No acknowledged write is tracked, so none can be missing.", Risk("follower-1").Note);
}
