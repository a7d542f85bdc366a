using System.Collections.Immutable;
using System.Numerics;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>docs/decisions/0007-leader-restart.md: how many nodes must answer.</summary>
[Trait("Category", "Unit")]
public sealed class RecoveryRuleTests
{
    private static Hearing Heard(int followers, int quorum, int heard, int forgetful = 0) => new(followers, quorum,
        Names("follower", heard), Names("empty", forgetful), Names("silent", followers - heard - forgetful));

    private static ImmutableArray<string> Names(string what, int count) => [.. Enumerable.Range(1, Math.Max(0, count)).Select(i => $"{what}-{i}")];

    /// <summary>Every place where a success can be, against every set of nodes that could be heard.</summary>
    [Fact]
    public void So_many_nodes_always_include_one_that_has_a_success_and_one_fewer_need_not()
    {
        for (var followers = 1; followers <= 6; followers++)
        {
            for (var quorum = 0; quorum <= followers; quorum++)
            {
                var nodes = followers + 1;
                // The leader is bit 0: it has every success of its own.
                var places = Enumerable.Range(0, 1 << nodes).Where(p => (p & 1) == 1 && BitOperations.PopCount((uint)p) == quorum + 1).ToList();
                var needed = Heard(followers, quorum, 0).Needed;
                Assert.All(Sets(nodes, needed), heard => Assert.All(places, place => Assert.NotEqual(0, heard & place)));
                Assert.Contains(Sets(nodes, needed - 1), heard => places.Any(place => (heard & place) == 0));
            }
        }
    }

    private static IEnumerable<int> Sets(int nodes, int size) => Enumerable.Range(0, 1 << nodes).Where(s => BitOperations.PopCount((uint)s) == size);

    [Theory]
    [InlineData(5, 3, 3)]
    [InlineData(5, 5, 1)]
    [InlineData(5, 1, 5)]
    [InlineData(5, 0, 6)]
    [InlineData(0, 0, 1)]
    public void N_minus_W_plus_1_nodes_are_needed(int followers, int quorum, int needed) => Assert.Equal(needed, Heard(followers, quorum, 0).Needed);

    [Fact]
    public void A_follower_that_lost_its_data_does_not_count_unless_everybody_answered()
    {
        Assert.False(Heard(5, 3, heard: 2, forgetful: 2).IsEnough);
        Assert.True(Heard(5, 3, heard: 3, forgetful: 1).IsEnough);
        var all = Heard(5, 3, heard: 2, forgetful: 3);
        Assert.Equal((true, false), (all.IsEnough, all.KnowsAll));
        Assert.Contains("empty-1, empty-2 and empty-3 had lost their data", all.Doubt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 3, false)]
    [InlineData(5, 4, true)]
    [InlineData(2, 2, true)]
    [InlineData(4, 2, false)]
    public void An_epoch_is_shared_by_majorities_of_all_nodes(int followers, int heard, bool shares) => Assert.Equal(shares, Heard(followers, followers, heard).SharesEpochs);

    [Fact]
    public void It_says_whom_it_waits_for_and_why()
    {
        var hearing = Heard(5, 3, heard: 1);
        Assert.Equal("Waiting for silent-1, silent-2, silent-3 and silent-4: an acknowledged write is on at least 3 of 5 followers, so 3 nodes that kept their data must answer; answered so far: follower-1.",
            hearing.Waiting);
        Assert.StartsWith("Acknowledged writes that only silent-1, silent-2, silent-3 and silent-4 hold may be lost", hearing.AtRisk, StringComparison.Ordinal);
        Assert.Contains("no follower had to acknowledge, so an acknowledged write may be on one node alone, and all 6 nodes must answer", Heard(5, 0, 5).Waiting, StringComparison.Ordinal);
    }
}
