using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>What link faults do to writes: a whole leader with its followers in virtual time.</summary>
[Trait("Category", "Unit")]
public sealed class LeaderLinksTests
{
    private readonly VirtualWorld _world = new(seed: 5);
    private readonly LabCluster _cluster;

    public LeaderLinksTests() => _cluster = new LabCluster(
        _world, 3, new LiveSettings { WriteQuorum = 3, MinDelayMs = 1, MaxDelayMs = 2, ReplicationTimeoutMs = 1000 });

    private void Set(LinkFaults faults, int follower = 1) => Assert.Empty(_cluster.Leader.SetLink($"follower-{follower}", faults));

    [Fact]
    public void Answer_lost_is_applied_but_not_acked_and_the_retry_finds_a_duplicate()
    {
        Set(new LinkFaults { Answer = new DirectionFaults { DropNext = 1 } });
        var write = _cluster.StartWrite("k");
        _world.Advance(500);
        Assert.Equal(1, _cluster.HeldBy(0, "k").Counter);
        var lost = Assert.Single(_cluster.Log.Of(EventKind.MessageLost));
        Assert.Equal(("follower-1", "k", 1L, "dropped", DeliveryOutcome.Applied), (lost.Peer, lost.Key, lost.Version, lost.Reason, lost.Outcome));
        Assert.False(write.IsCompleted);

        _world.RunToRest();
        Assert.Equal((WriteStatus.PartialSuccess, 2), (write.Result.Status, write.Result.Acks));
        var acked = Assert.Single(_cluster.Log.Of(EventKind.DeliveryAcked), e => e.Peer == "follower-1");
        Assert.Equal((2, DeliveryOutcome.Duplicate, true), (acked.Attempt, acked.Outcome, acked.Late));
    }

    [Fact]
    public void Request_lost_is_never_applied_until_the_retry()
    {
        Set(new LinkFaults { Request = new DirectionFaults { DropNext = 1 } });
        var write = _cluster.StartWrite("k");
        _world.Advance(1010);
        Assert.True(_cluster.HeldBy(0, "k").IsNone);
        Assert.Equal(2, write.Result.Acks);
        _world.RunToRest();
        Assert.Equal(1, _cluster.HeldBy(0, "k").Counter);
    }

    [Fact]
    public void Partition_and_heal_converges()
    {
        Set(LinkFaults.Partition);
        for (var i = 0; i < 5; i++)
        {
            var write = _cluster.StartWrite($"k{i}");
            _world.Advance(1500);
            Assert.Equal(2, write.Result.Acks);
        }

        Assert.True(_cluster.HeldBy(0, "k4").IsNone);
        Set(LinkFaults.None);
        _world.Run(_cluster.QuiescenceAsync);
        Assert.True(_cluster.Compare().Converged);
        Assert.Equal(["swallowed"], _cluster.Log.Of(EventKind.MessageLost).Select(e => e.Reason).Distinct());
    }

    [Fact]
    public void A_change_is_told_once_with_the_faults_and_in_words()
    {
        var faults = new LinkFaults { Request = new DirectionFaults { LossPercent = 20 } };
        Set(faults);
        Set(faults);
        Set(LinkFaults.None);
        var told = _cluster.Log.Of(EventKind.LinkChanged).ToList();
        Assert.Equal([faults, LinkFaults.None], told.Select(e => e.Link));
        Assert.Contains("requests: 20 % lost", told[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_change_together_or_not_at_all()
    {
        var errors = _cluster.Leader.SetLinks([new("follower-1", LinkFaults.Partition), new("follower-9", LinkFaults.Partition)]);
        Assert.Equal("follower", Assert.Single(errors).Field);
        Assert.Contains("follower-9", errors[0].Message, StringComparison.Ordinal);
        Assert.All(_cluster.Leader.Links, l => Assert.True(l.Faults.IsNone));
        Assert.Empty(_cluster.Log.Of(EventKind.LinkChanged));
    }

    private static readonly Gen<DirectionFaults> AnyDirection = Gen.Select(
        Gen.Double[0, 1500], Gen.Double[0, 1], Gen.OneOf(0.0, 10.0, 60.0, 100.0), Gen.Int[0, 3], Gen.OneOf(0.0, 30.0), Gen.OneOf(0.0, 30.0),
        (jitterMs, correlation, lossPercent, dropNext, duplicatePercent, reorderPercent) => new DirectionFaults
        {
            JitterMs = jitterMs,
            JitterCorrelation = correlation,
            LossPercent = lossPercent,
            DropNext = dropNext,
            DuplicatePercent = duplicatePercent,
            ReorderPercent = reorderPercent,
        });

    private static readonly Gen<LinkFaults> AnyFaults = Gen.Select(
        Gen.OneOf(LinkMode.Open, LinkMode.Open, LinkMode.Refuse, LinkMode.Swallow), AnyDirection, AnyDirection,
        (mode, request, answer) => new LinkFaults { Mode = mode, Request = request, Answer = answer });

    /// <summary>P5, P6: whatever the links do while writes go on, a success is held by W followers at that moment, and all replicas are equal once the links are healed.</summary>
    [Fact]
    public void Whatever_the_links_do_no_promise_is_broken_and_healing_makes_all_replicas_equal() =>
        Gen.Select(Gen.Int, Gen.Int[0, 3], AnyFaults.Array[3], AnyFaults.Array[3], Gen.Int[1, 12]).Sample((seed, quorum, first, second, writes) =>
        {
            var world = new VirtualWorld(seed);
            var cluster = new LabCluster(world, 3, new LiveSettings { WriteQuorum = quorum, MinDelayMs = 1, MaxDelayMs = 50, ReplicationTimeoutMs = 1000 });
            void SetAll(IReadOnlyList<LinkFaults> faults) =>
                Assert.Empty(cluster.Leader.SetLinks([.. faults.Select((f, i) => KeyValuePair.Create($"follower-{i + 1}", f))]));

            world.Run(async () =>
            {
                SetAll(first);
                var answers = Enumerable.Range(0, writes).Select(i => cluster.WriteAsync($"k{i % 3}")).ToList();
                await Task.Delay(TimeSpan.FromMilliseconds(700), world.Time);
                SetAll(second);
                answers.AddRange(Enumerable.Range(0, writes).Select(i => cluster.WriteAsync($"k{i % 3}")));
                await Task.WhenAll(answers);
                SetAll([LinkFaults.None, LinkFaults.None, LinkFaults.None]);
                await cluster.QuiescenceAsync();
            });

            Assert.True(cluster.Compare().Converged);
            foreach (var moment in cluster.Log.Moments.Where(m => m.Event is { Kind: EventKind.WriteAnswered, Reason: "success" }))
                Assert.True(moment.Held.Count(held => held >= moment.Event.EntryVersion) >= quorum);
        }, iter: 150);
}
