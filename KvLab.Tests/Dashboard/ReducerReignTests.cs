using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Who leads is what reports of reigns say, the newest epoch first.</summary>
[Trait("Category", "Unit")]
public sealed class ReducerReignTests
{
    private static NodeEvent Reign(Story story, string node, EventKind kind, long epoch)
    {
        // Any event of the node gives the next sequence number; the reign is told with it.
        var e = story.Tell(node, EventKind.NodeReady) with { Kind = kind, Epoch = epoch, Version = 1000 };
        var reign = e with { Sequence = e.Sequence + 1 };
        story.Send(reign);
        return reign;
    }

    [Fact]
    public void A_promoted_follower_leads_and_every_other_replica_is_compared_with_it()
    {
        var story = Story.OfCluster(2);
        story.Accept(5, "k");
        story.Apply("follower-1", 4, "k");
        Assert.Equal(1, story.Snapshot.Nodes.Single(n => n.Id == "follower-1").Behind);

        Reign(story, "follower-1", EventKind.LeaderPromoted, 2);

        Assert.Equal(("follower-1", 2), (story.Snapshot.Leader!.Id, story.Snapshot.Reign));
        Assert.Equal(NodeRoles.Follower, story.Snapshot.Nodes.Single(n => n.Id == "leader").Role);
        Assert.Equal(4, story.Snapshot.Keys["k"].Leader.Counter);
        Assert.Equal(1, story.Snapshot.Nodes.Single(n => n.Id == "follower-2").Behind);
        Assert.Equal(0, story.Snapshot.Nodes.Single(n => n.Id == "leader").Behind);
    }

    [Fact]
    public void What_an_older_reign_says_late_makes_nobody_a_leader()
    {
        var story = Story.OfCluster(1);
        Reign(story, "follower-1", EventKind.LeaderPromoted, 3);
        Reign(story, "leader", EventKind.LeaderRecovered, 2);
        Assert.Equal(("follower-1", 3), (story.Snapshot.Leader!.Id, story.Snapshot.Reign));
        // A process that was started as a leader does not lead because of that.
        story.Join(NodeRoles.Leader, "leader", "second");
        Assert.Equal("follower-1", story.Snapshot.Leader!.Id);
    }

    [Fact]
    public void When_the_leader_steps_down_before_another_has_begun_nobody_leads_and_nothing_is_calm_about_it()
    {
        var story = Story.OfCluster(2);
        Reign(story, "leader", EventKind.LeaderRecovered, 1);
        Assert.Null(Leadership.ProblemOf(story.Snapshot));
        Assert.True(story.Snapshot.Quiescent);

        Reign(story, "leader", EventKind.LeaderSteppedDown, 1);

        Assert.Null(story.Snapshot.Leader);
        Assert.True(story.Snapshot.NobodyLeads);
        Assert.False(story.Snapshot.Quiescent);
        Assert.Equal("There is no leader: the last one has stepped down, and all 3 nodes are followers. No node accepts writes until a follower is promoted.", Leadership.ProblemOf(story.Snapshot));
        var answer = Web.Api.ClusterAnswer.Of(story.Snapshot, true, null);
        Assert.Equal((null, false, Leadership.ProblemOf(story.Snapshot)), (answer.Leader, answer.Quiescent, answer.Problem));

        Reign(story, "follower-2", EventKind.LeaderPromoted, 2);
        Assert.Null(Leadership.ProblemOf(story.Snapshot));
    }

    [Fact]
    public void A_leader_that_comes_back_as_a_follower_leads_no_more()
    {
        var story = Story.OfCluster(2);
        Reign(story, "leader", EventKind.LeaderRecovered, 3);
        story.Join(NodeRoles.Follower, "leader", "second");
        Assert.True(story.Snapshot.NobodyLeads);
    }

    [Theory]
    [InlineData(NodeState.Stopped, "is not running")]
    [InlineData(NodeState.Crashed, "exited unexpectedly")]
    public void A_leader_whose_process_has_ended_leads_nobody(NodeState state, string words)
    {
        var story = Story.OfCluster(2);
        // Before the first reign the lab is starting.
        story.Observer.Tell(new KvLab.Core.Observation.Messages.ProcessChanged("leader", state, null, null));
        Assert.Null(Leadership.ProblemOf(story.Snapshot));
        Reign(story, "leader", EventKind.LeaderRecovered, 4);
        Assert.StartsWith($"There is no leader: leader, which led epoch 4, {words}.", Leadership.ProblemOf(story.Snapshot), StringComparison.Ordinal);
    }

    [Fact]
    public void A_write_of_a_replaced_leader_changes_its_own_copy_only()
    {
        var story = Story.OfCluster(1);
        story.Accept(5, "k");
        story.Apply("follower-1", 5, "k");
        Reign(story, "follower-1", EventKind.LeaderPromoted, 2);
        var zombie = story.Tell("leader", EventKind.NodeSealed) with { Kind = EventKind.WriteAccepted, Key = "k", Epoch = 1, Version = 6, Value = "\"z\"", HeldEpoch = 1, HeldVersion = 6 };
        story.Send(zombie with { Sequence = zombie.Sequence + 1 });

        var row = story.Snapshot.Keys["k"];
        Assert.Equal((5, 6), (row.Leader.Counter, row.Cells["leader"].Version.Counter));
    }

    [Fact]
    public void What_was_rolled_back_is_listed_and_gone_from_its_cell()
    {
        var story = Story.OfCluster(1);
        story.Accept(5, "k");
        story.Accept(6, "alone");
        story.Apply("follower-1", 5, "k");
        Reign(story, "follower-1", EventKind.LeaderPromoted, 2);
        var e = story.Tell("leader", EventKind.NodeSealed);
        story.Send(e with { Sequence = e.Sequence + 2, Kind = EventKind.EntryRolledBack, Key = "alone", Epoch = 1, Version = 6, Value = "\"x\"" });

        var taken = Assert.Single(story.Snapshot.RolledBack);
        Assert.Equal(("leader", "alone", new EntryVersion(1, 6), EntryVersion.None), (taken.Node, taken.Key, taken.Version, taken.Instead));
        Assert.Equal(1, story.Snapshot.RolledBackCount);
        Assert.False(story.Snapshot.Keys.TryGetValue("alone", out var row) && row.Cells.ContainsKey("leader"));
    }

    [Fact]
    public void The_end_of_a_replaced_leaders_process_ends_its_open_writes_and_no_others()
    {
        var story = Story.OfCluster(1);
        story.Accept(5, "k");
        story.Replicate(5, "k", 1, ("follower-1", 10));
        Reign(story, "follower-1", EventKind.LeaderPromoted, 2);
        Assert.Equal(1, story.Snapshot.Kpis.InFlight);
        story.Observer.Tell(new KvLab.Core.Observation.Messages.ProcessChanged("leader", NodeState.Stopped, null, "Stopped as requested."));
        Assert.Equal((0, 0), (story.Snapshot.Kpis.InFlight, story.Snapshot.Kpis.PendingDeliveries));
    }
}
