using KvLab.Core.Control;
using KvLab.Core.Network;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>A partition is about sides, not links.</summary>
[Trait("Category", "Unit")]
public sealed class FaultPlanTests
{
    private static readonly LinkFaults Lossy = new() { Request = new DirectionFaults { LossPercent = 10 } };

    [Fact]
    public void A_partition_separates_the_same_nodes_whoever_leads()
    {
        var plan = FaultPlan.Empty.Split(["follower-1", "follower-2"]);
        Assert.Equal(LinkFaults.Partition, plan.Of("leader", "follower-1"));
        Assert.Equal(LinkFaults.None, plan.Of("leader", "follower-3"));
        Assert.Equal(LinkFaults.None, plan.Of("follower-1", "follower-2"));
        Assert.Equal(LinkFaults.Partition, plan.Of("follower-1", "leader"));
        Assert.Equal(LinkFaults.Partition, plan.Of("follower-1", "follower-3"));
    }

    [Fact]
    public void Faults_by_hand_belong_to_two_nodes_and_wait_out_a_partition()
    {
        var plan = FaultPlan.Empty.With("leader", "follower-1", Lossy).Split(["follower-1"]);
        Assert.Equal(LinkFaults.Partition, plan.Of("leader", "follower-1"));
        Assert.Equal(Lossy, plan.Split([]).Of("leader", "follower-1"));
        Assert.Equal(LinkFaults.None, plan.Split([]).Of("follower-2", "follower-1"));
    }

    [Fact]
    public void A_new_partition_opens_what_was_set_to_swallow_by_hand() =>
        Assert.Equal(LinkFaults.None, FaultPlan.Empty.With("leader", "follower-1", LinkFaults.Partition).Split(["follower-2"]).Of("leader", "follower-1"));

    [Fact]
    public void The_latest_word_about_a_link_counts_and_leaves_the_others_apart()
    {
        var plan = FaultPlan.Empty.Split(["follower-1", "follower-2"]).With("leader", "follower-1", LinkFaults.None);
        Assert.Equal(LinkFaults.None, plan.Of("leader", "follower-1"));
        Assert.Equal(LinkFaults.Partition, plan.Of("leader", "follower-2"));
        var other = FaultPlan.Empty.Split(["follower-1"]).With("follower-1", "follower-2", Lossy);
        Assert.Equal(Lossy, other.Of("follower-1", "follower-2"));
        Assert.Equal(["follower-1", "follower-2"], other.OtherSide);
    }
}
