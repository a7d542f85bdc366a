using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class ReducerNodeTests
{
    [Fact]
    public void The_leader_comes_first_and_followers_follow_in_the_order_of_their_numbers()
    {
        var story = new Story();
        foreach (var n in new[] { 10, 2, 1 }) story.Join(NodeRoles.Follower, $"follower-{n}");
        story.Join(NodeRoles.Leader, "leader");
        Assert.Equal(["leader", "follower-1", "follower-2", "follower-10"], story.Snapshot.Nodes.Select(n => n.Id));
    }

    [Fact]
    public void A_supervised_node_is_starting_until_it_introduces_itself()
    {
        var story = new Story();
        story.Observer.Tell(new NodeExpected("follower-1", NodeRoles.Follower, "http://127.0.0.1:8009", "Port 8001 was busy, 8009 is used."));
        story.Observer.Tell(new ProcessChanged("follower-1", NodeState.Starting, 99, null));
        var node = Assert.Single(story.Snapshot.Nodes);
        Assert.Equal((NodeState.Starting, 99, "Port 8001 was busy, 8009 is used."), (node.State, node.ProcessId, node.Notice));
        story.Join(NodeRoles.Follower, "follower-1");
        Assert.Equal(NodeState.Running, story.Snapshot.Nodes[0].State);
    }

    [Theory]
    [InlineData(EventKind.NodeReady, true)]
    [InlineData(EventKind.LeaderWaiting, false)]
    public void A_leader_that_introduced_itself_is_starting_until_it_is_ready_or_says_whom_it_waits_for(EventKind told, bool quiescent)
    {
        var story = new Story();
        story.Join(NodeRoles.Leader, "leader", isStarting: true);
        Assert.Equal((NodeState.Starting, false), (story.Snapshot.Nodes[0].State, story.Snapshot.Quiescent));
        // What the supervisor saw of the same process comes later than the process's own word.
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Starting, 4711, null));
        Assert.Equal(NodeState.Starting, story.Snapshot.Nodes[0].State);
        story.Tell("leader", told, settings: told == EventKind.NodeReady ? new LiveSettings() : null);
        Assert.Equal((NodeState.Running, quiescent), (story.Snapshot.Nodes[0].State, story.Snapshot.Quiescent));
        // It comes back while it waits: it is not on its way, it says for whom it waits.
        story.Join(NodeRoles.Leader, "leader", isStarting: told == EventKind.LeaderWaiting);
        Assert.Equal((NodeState.Running, quiescent), (story.Snapshot.Nodes[0].State, story.Snapshot.Quiescent));
    }

    [Fact]
    public void Whoever_ends_unheard_while_it_starts_is_said_to_be_unheard()
    {
        var story = new Story();
        story.Join(NodeRoles.Leader, "leader", isStarting: true);
        story.Observer.Tell(new NodeDisconnected("leader", "first"));
        Assert.Equal((NodeState.Starting, "Its telemetry connection is down; it may still replicate."), (story.Snapshot.Nodes[0].State, story.Snapshot.Nodes[0].Notice));
    }

    [Theory]
    [InlineData(4711, NodeState.Frozen)]
    [InlineData(99, NodeState.Running)]
    public void A_process_that_was_stopped_right_after_its_hello_stands_still_and_a_new_one_does_not(int stopped, NodeState shown)
    {
        var story = new Story();
        story.Observer.Tell(new ProcessChanged("follower-1", NodeState.Starting, stopped, null));
        story.Observer.Tell(new NodeFroze("follower-1", true));
        story.Join(NodeRoles.Follower, "follower-1");
        Assert.Equal(shown, story.Snapshot.Nodes[0].State);
    }

    [Fact]
    public void A_crash_is_shown_with_its_words_also_when_the_connection_ends_after_it()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new ProcessChanged("follower-1", NodeState.Crashed, null, "Exited unexpectedly: exit code 3; last output: boom."));
        story.Observer.Tell(new NodeDisconnected("follower-1", "first"));
        var node = story.Snapshot.Nodes[1];
        Assert.Equal((NodeState.Crashed, null, "Exited unexpectedly: exit code 3; last output: boom."), (node.State, node.ProcessId, node.Notice));
    }

    [Fact]
    public void A_lost_connection_is_not_a_dead_node()
    {
        var story = Story.OfCluster(1);
        story.Observer.Tell(new NodeDisconnected("follower-1", "first"));
        Assert.Equal(NodeState.Disconnected, story.Snapshot.Nodes[1].State);
        story.Join(NodeRoles.Follower, "follower-1");
        Assert.Equal((NodeState.Running, null), (story.Snapshot.Nodes[1].State, story.Snapshot.Nodes[1].Notice));
    }

    [Fact]
    public void The_end_of_an_old_connection_does_not_touch_the_new_incarnation()
    {
        var story = Story.OfCluster(1);
        story.Join(NodeRoles.Follower, "follower-1", "second");
        story.Observer.Tell(new NodeDisconnected("follower-1", "first"));
        Assert.Equal(NodeState.Running, story.Snapshot.Nodes[1].State);
    }

    [Fact]
    public void Settings_are_what_the_leader_reported_last()
    {
        var story = Story.OfCluster(3);
        story.Tell("follower-1", EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 0 });
        Assert.Equal(3, story.Snapshot.Settings!.WriteQuorum);
        story.Tell("leader", EventKind.SettingsChanged, settings: new LiveSettings { WriteQuorum = 1, Versioning = VersioningMode.Naive });
        Assert.Equal(1, story.Snapshot.Settings!.WriteQuorum);
        Assert.True(story.Snapshot.Naive);
    }

    [Fact]
    public void Every_kind_of_event_is_kept_and_none_breaks_the_reducer()
    {
        var story = Story.OfCluster(1);
        story.Accept(1, "k1");
        foreach (var kind in Enum.GetValues<EventKind>()) story.Tell("leader", kind, "k1", 1, peer: "follower-1");
        Assert.Equal(2 + Enum.GetValues<EventKind>().Length, story.Snapshot.Events.Count);
    }

    [Fact]
    public void Lag_points_are_added_only_while_something_changes_and_not_more_often_than_the_interval()
    {
        var story = Story.OfCluster(1);
        story.Time.Advance(TimeSpan.FromSeconds(1));
        var atRest = story.Snapshot.Lags.Length;
        for (var v = 1; v <= 10; v++)
        {
            story.Accept(v, $"k{v}");
            story.Time.Advance(TimeSpan.FromMilliseconds(100));
            _ = story.Snapshot;
        }
        var points = story.Snapshot.Lags.Length - atRest;
        Assert.InRange(points, 2, 3);
        story.Time.Advance(TimeSpan.FromSeconds(60));
        _ = story.Snapshot;
        var last = story.Snapshot.Lags[^1];
        Assert.Equal(10, last.Behind["follower-1"]);
        var length = story.Snapshot.Lags.Length;
        story.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Null(story.Observer.TakeSnapshot());
        Assert.Equal(length, story.Snapshot.Lags.Length);
    }

    [Fact]
    public void The_rate_of_events_falls_to_zero_at_rest_and_then_no_more_snapshots_are_made()
    {
        var story = Story.OfCluster(1);
        for (var v = 1; v <= 20; v++) story.Accept(v, "k1");
        Assert.True(story.Snapshot.Kpis.EventsPerSecond >= 10);
        story.Time.Advance(TimeSpan.FromSeconds(EventRate.Seconds + 1));
        Assert.Equal(0, story.Snapshot.Kpis.EventsPerSecond);
        story.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(story.Observer.TakeSnapshot());
    }
}
