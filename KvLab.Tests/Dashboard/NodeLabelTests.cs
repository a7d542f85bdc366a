using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Members;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Nodes.Member;
using KvLab.Nodes.Options;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Endpoints;
using KvLab.Tests.Infrastructure;
using KvLab.Web.Api;
using KvLab.Web.Charts;
using KvLab.Web.Components.View;
using KvLab.Web.NodeCalls;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Ids are names and do not change with the role; whoever reads a label knows the role all the same.</summary>
[Trait("Category", "Unit")]
public sealed class NodeLabelTests
{
    private static readonly Labels Before = new(false, "leader"), After = new(true, "follower-3"), Nobody = new(true, null);

    [Theory]
    [InlineData("follower-3", true, "follower-3 · leader", "follower-3", "f3")]
    [InlineData("follower-3", false, "follower-3", "follower-3", "f3")]
    [InlineData("leader", true, "leader", "leader", "leader")]
    [InlineData("leader", false, "old leader (follower)", "the old leader", "old leader")]
    [InlineData("my-leader", false, "my-leader (follower)", "my-leader (follower)", "my-leader")]
    [InlineData("alpha", true, "alpha · leader", "alpha", "alpha")]
    public void A_node_is_called_by_its_id_and_its_role(string id, bool leads, string label, string name, string brief) =>
        Assert.Equal((label, name, brief), (NodeWords.Label(id, leads), NodeWords.Name(id, leads), NodeWords.Short(id, leads)));

    [Fact]
    public void Whoever_leads_decides_and_where_nobody_leads_nobody_is_called_the_leader()
    {
        Assert.Equal(("leader", "follower-3"), (Before.Node("leader"), Before.Node("follower-3")));
        Assert.Equal(("old leader (follower)", "follower-3 · leader"), (After.Node("leader"), After.Node("follower-3")));
        Assert.Equal(("old leader (follower)", "follower-3"), (Nobody.Node("leader"), Nobody.Node("follower-3")));
    }

    public static TheoryData<EventKind> Kinds => [.. Enum.GetValues<EventKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_sentence_calls_a_follower_leader_whatever_its_id(EventKind kind)
    {
        var e = new NodeEvent { Node = "leader", Incarnation = "a", Sequence = 1, Kind = kind, Key = "k", Epoch = 1, Version = 5, Reason = "success", Acks = 1, Required = 1 };
        var told = new Explain(After);
        foreach (var text in new[] { told.Event(e), told.Event(e with { Node = "follower-1", Peer = "leader", Peers = ["leader"], DelaysMs = [1], Link = LinkFaults.Partition }) })
            Assert.DoesNotMatch("(^|from |to |of |by |at )leader( |:|\\.|,|$)", text);
    }

    [Fact]
    public void A_cell_is_compared_with_whoever_leads()
    {
        var story = Story.OfCluster(2);
        story.Accept(5, "k");
        story.Apply("follower-1", 5, "k");
        var promoted = story.Tell("follower-1", EventKind.NodeSealed);
        story.Send(promoted with { Sequence = promoted.Sequence + 1, Kind = EventKind.LeaderPromoted, Epoch = 2, Version = 5 });
        var snapshot = story.Snapshot;
        string Cell(string node) => snapshot.Explain.Cell(snapshot.Keys["k"], node, snapshot);
        Assert.StartsWith("follower-1, the leader, holds e1·v5 of k", Cell("follower-1"), StringComparison.Ordinal);
        Assert.StartsWith("fresh: the old leader holds e1·v5 of k, as the leader does.", Cell("leader"), StringComparison.Ordinal);
        Assert.Equal(("follower-1 · leader", "old leader (follower)"), (NodeAnswer.Of(snapshot.Nodes[0]).Label, NodeAnswer.Of(snapshot.Nodes.Single(n => n.Id == "leader")).Label));
        Assert.Equal("leader", snapshot.Nodes.Single(n => n.Id == "leader").Id);
    }

    [Fact]
    public void The_ledger_says_who_died_by_what_they_are_called()
    {
        var at = DateTimeOffset.UnixEpoch;
        var ledger = new DurabilityLedger();
        ledger.Accepted("leader", "k", new(1, 5), new(1, 5));
        ledger.Answered(new AcknowledgedWrite(new(1, 5), "k", "leader", 0, 0, at));
        ledger.Ended("leader", "was killed", at);
        var row = Assert.Single(ledger.Lost(10, at));
        Assert.Equal("W = 0: the client was answered before any follower had acknowledged, so only the old leader held it; the old leader was killed, and no other node held it.",
            new Explain(After).Durability(row));
        Assert.EndsWith("only leader held it; leader was killed, and no other node held it.", new Explain(Before).Durability(row), StringComparison.Ordinal);
        Assert.Equal("leader", row.Write.Leader);
    }

    [Fact]
    public void An_event_about_a_delivery_selects_its_follower_whoever_leads()
    {
        var ack = new NodeEvent { Node = "follower-3", Incarnation = "a", Sequence = 1, Kind = EventKind.DeliveryAcked, Key = "k", Epoch = 2, Version = 5, Peer = "leader" };
        Assert.Equal("leader", Selection.Of(ack).Node);
        Assert.Equal("follower-3", Selection.Of(ack with { Kind = EventKind.EntryApplied }).Node);
        Assert.Equal("leader", Selection.Of(ack with { Node = "leader", Kind = EventKind.MessageFenced, Peer = "follower-3" }).Node);
    }

    [Fact]
    public void A_fault_is_marked_by_the_role_of_its_moment()
    {
        var story = Story.OfCluster(2);
        story.Observer.Tell(new KvLab.Core.Observation.Messages.ProcessChanged("leader", NodeState.Stopped, null, null));
        var promoted = story.Tell("follower-1", EventKind.NodeSealed);
        story.Send(promoted with { Sequence = promoted.Sequence + 1, Kind = EventKind.LeaderPromoted, Epoch = 2, Version = 5 });
        story.Observer.Tell(new KvLab.Core.Observation.Messages.ProcessChanged("leader", NodeState.Starting, 1, null));
        Assert.Equal(["leader killed", "follower-1 leads", "old leader started"], story.Snapshot.Availability.Marks.Select(m => m.Label));
    }

    [Fact]
    public void Refusals_of_commands_and_the_chart_of_followers_do_not_call_it_leader_either()
    {
        Assert.Equal("the old leader", new NodeAddress("leader", NodeRoles.Follower, "http://a").Name);
        Assert.Equal("leader", new NodeAddress("leader", NodeRoles.Leader, "http://a").Name);
        Assert.Equal("old leader (follower)", LagSeries.NameOf("leader"));
    }

    [Fact]
    public void A_leader_that_was_replaced_and_has_not_stepped_down_yet_does_not_name_itself_as_the_leader()
    {
        var world = new VirtualWorld(seed: 1);
        var cluster = new ReplicaCluster(world, 1, new LiveSettings { WriteQuorum = 0 });
        var old = cluster["leader"];
        var node = new Node(new NodeOptions { Role = NodeRole.Leader, NodeId = "leader" }, old.Replica, new EventRecorder("leader", "a", world.Time, cluster.Log), world.Time) { Url = "http://leader" };
        Assert.Equal("http://leader", node.LeaderUrl);

        // A delivery is under way to a follower that is silent, so stepping down takes a moment.
        ReplicaCluster.SetSilent(cluster["follower-1"], true);
        cluster.Write("k");
        world.Run(() =>
        {
            old.Replica.Leader!.Depose(9);
            Assert.NotNull(node.Leader);
            Assert.Null(node.LeaderUrl);
            var problem = NotLeading.AnyMore(node, "Another leader has led since epoch 9.");
            Assert.Null(problem.LeaderUrl);
            Assert.Equal("The node “leader” does not lead any more: Another leader has led since epoch 9. This node does not know yet who leads.", problem.Message);
            return Task.CompletedTask;
        });
        cluster.End();
    }

    [Fact]
    public void A_follower_says_where_the_leader_is_or_that_it_does_not_know()
    {
        var world = new VirtualWorld(seed: 1);
        var cluster = new ReplicaCluster(world, 1, new LiveSettings { WriteQuorum = 0 });
        var events = new EventRecorder("leader", "a", world.Time, cluster.Log);
        var port = cluster.Wire.PortOf(cluster["leader"].Peer);
        var replica = Replica.Following(new LeaderOptions(), VersioningMode.Versioned, new MemoryStore(), port, port, events, world.Time);
        var node = new Node(new NodeOptions { Role = NodeRole.Follower, NodeId = "leader" }, replica, events, world.Time);
        Assert.Equal("The node “leader” is a follower; only the leader accepts writes, and this node does not know yet who leads.", NotLeading.Of(node, "accepts writes", "/write").Message);
        node.KnownLeader.Hear("http://f3");
        Assert.Equal("The node “leader” is a follower; only the leader accepts writes, at http://f3/write.", NotLeading.Of(node, "accepts writes", "/write").Message);
        cluster.End();
    }
}
