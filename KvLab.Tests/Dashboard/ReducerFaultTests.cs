using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>What the page knows of faults: as nodes told them, and as the dashboard gave them.</summary>
[Trait("Category", "Unit")]
public sealed class ReducerFaultTests
{
    private static long _sequence = 1000;

    private static void Tell(Story story, string node, EventKind kind, Func<NodeEvent, NodeEvent> facts, string incarnation = "first") =>
        story.Observer.Tell(new EventsReceived(new EventBatch
        {
            Node = node,
            Incarnation = incarnation,
            Events = [facts(new NodeEvent { Node = node, Incarnation = incarnation, Sequence = Interlocked.Increment(ref _sequence), Kind = kind, Key = "k", Epoch = 1, Version = 3 })],
        }));

    private static LinkView Link(Story story, int follower = 1) => story.Snapshot.Links.Single(l => l.Follower == $"follower-{follower}");

    [Fact]
    public void Every_follower_has_a_link_and_changes_show_on_theirs()
    {
        var story = Story.OfCluster(2);
        var faults = new LinkFaults { Answer = new DirectionFaults { LossPercent = 5 } };
        Tell(story, "leader", EventKind.LinkChanged, e => e with { Peer = "follower-2", Link = faults });
        Assert.Equal([LinkFaults.None, faults], story.Snapshot.Links.Select(l => l.Faults));
    }

    [Fact]
    public void Losses_are_counted_by_what_they_mean_and_use_up_what_was_to_be_dropped()
    {
        var story = Story.OfCluster(1);
        Tell(story, "leader", EventKind.LinkChanged, e => e with
        {
            Peer = "follower-1",
            Link = new LinkFaults { Request = new DirectionFaults { DropNext = 2 }, Answer = new DirectionFaults { DropNext = 1 } },
        });
        Tell(story, "leader", EventKind.MessageLost, e => e with { Peer = "follower-1", Reason = "dropped" });
        Tell(story, "leader", EventKind.MessageLost, e => e with { Peer = "follower-1", Reason = "dropped", Outcome = DeliveryOutcome.Applied });
        Tell(story, "leader", EventKind.MessageLost, e => e with { Peer = "follower-1", Reason = "answer_lost", Outcome = DeliveryOutcome.Applied });
        Tell(story, "leader", EventKind.MessageLost, e => e with { Peer = "follower-1", Reason = "refused" });
        var link = Link(story);
        Assert.Equal((1, 2, 1), (link.RequestsLost, link.AnswersLost, link.Refused));
        Assert.Equal((1, 0), (link.Faults.Request.DropNext, link.Faults.Answer.DropNext));
    }

    [Fact]
    public void A_leader_that_starts_again_has_whole_links_until_it_says_otherwise()
    {
        var story = Story.OfCluster(1);
        Tell(story, "leader", EventKind.LinkChanged, e => e with { Peer = "follower-1", Link = LinkFaults.Partition });
        story.Join(NodeRoles.Leader, "leader", "second");
        Assert.True(Link(story).Faults.IsNone);
    }

    [Fact]
    public void A_frozen_node_is_frozen_also_when_its_connection_ends_and_runs_when_it_is_thawed()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new NodeFroze("follower-1", true));
        Assert.Equal(NodeState.Frozen, story.Snapshot.Nodes[1].State);
        story.Observer.Tell(new NodeDisconnected("follower-1", "first"));
        Assert.Equal(NodeState.Frozen, story.Snapshot.Nodes[1].State);
        story.Observer.Tell(new NodeFroze("follower-1", false));
        Assert.Equal(NodeState.Disconnected, story.Snapshot.Nodes[1].State);
        story.Join(NodeRoles.Follower, "follower-1");
        Assert.Equal(NodeState.Running, story.Snapshot.Nodes[1].State);
    }

    [Fact]
    public void What_a_node_said_of_its_own_faults_before_it_was_frozen_does_not_thaw_it()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new NodeFroze("follower-1", true));
        // It was asked, or had told, before; the answer comes now.
        story.Observer.Tell(new NodeSeeded("follower-1", "first", [], null));
        Assert.Equal(NodeState.Frozen, story.Snapshot.Nodes[1].State);
        Tell(story, "follower-1", EventKind.NodeFaultsChanged, e => e with { Faults = new NodeFaults { SlowMs = 250 } });
        Assert.Equal((NodeState.Frozen, 250), (story.Snapshot.Nodes[1].State, story.Snapshot.Nodes[1].SlowMs));
        story.Observer.Tell(new NodeFroze("follower-1", false));
        Assert.Equal(NodeState.Running, story.Snapshot.Nodes[1].State);
    }

    [Fact]
    public void A_frozen_node_that_is_killed_is_stopped()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new NodeFroze("follower-1", true));
        story.Observer.Tell(new ProcessChanged("follower-1", NodeState.Stopped, null, "Stopped as requested."));
        Assert.Equal(NodeState.Stopped, story.Snapshot.Nodes[1].State);
    }

    [Fact]
    public void Slowness_and_skew_show_until_the_process_ends()
    {
        var story = Story.OfCluster(1);
        Tell(story, "follower-1", EventKind.NodeFaultsChanged, e => e with { Faults = new NodeFaults { SlowMs = 250, ClockSkewMs = -60_000 } });
        Assert.Equal((250, -60_000), (story.Snapshot.Nodes[1].SlowMs, story.Snapshot.Nodes[1].ClockSkewMs));
        story.Join(NodeRoles.Follower, "follower-1", "second");
        Assert.Equal((0, 0), (story.Snapshot.Nodes[1].SlowMs, story.Snapshot.Nodes[1].ClockSkewMs));
    }

    [Fact]
    public void A_dashboard_that_comes_later_learns_of_faults_by_asking()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new NodeSeeded("leader", "first", [], null)
        {
            Faults = new NodeFaults { SlowMs = 7 },
            Links = [new LinkReport("follower-1", LinkFaults.Partition, LinkCounts.None with { Request = DirectionCounts.None with { Lost = 4 } })],
        });
        Assert.Equal((LinkFaults.Partition, 4), (Link(story).Faults, Link(story).RequestsLost));
        Assert.Equal(7, story.Snapshot.Nodes[0].SlowMs);
    }

    [Fact]
    public void The_sides_of_a_partition_are_the_dashboards_own()
    {
        var story = Story.OfCluster(2);
        story.Observer.Tell(new SidesChanged(["follower-2"]));
        Assert.Equal(["follower-2"], story.Snapshot.OtherSide);
    }
}
