using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class AvailabilityTests
{
    [Fact]
    public void Answers_are_counted_by_the_second_and_a_second_without_any_has_no_point()
    {
        var story = Story.OfCluster(3, new LiveSettings { WriteQuorum = 2 });
        for (var v = 1; v <= 3; v++)
        {
            story.Accept(v, "k1");
            story.Answer(v, "k1", 2, 2, 5, success: v < 3);
        }
        story.Time.Advance(TimeSpan.FromSeconds(5));
        story.Accept(4, "k1");
        story.Answer(4, "k1", 2, 2, 5);
        var points = story.Snapshot.Availability.Points;
        Assert.Equal([(0L, 2, 1), (5L, 1, 0)], points.Select(p => (p.Second, p.Success, p.Partial)));
        Assert.Equal((3, 0, 2), (points[^1].Followers, points[^1].Unavailable, points[^1].Required));
        story.Time.Advance(TimeSpan.FromMinutes(1));
        _ = story.Snapshot;
        Assert.Null(story.Observer.TakeSnapshot());
    }

    [Fact]
    public void A_client_that_nobody_answered_is_unreachable_and_followers_that_are_down_are_noted()
    {
        var clients = new ClientOutcomes(TimeProvider.System);
        var story = new Story(clients);
        story.Join(NodeRoles.Leader, "leader");
        story.Join(NodeRoles.Follower, "follower-1");
        story.Observer.Tell(new ProcessChanged("follower-1", NodeState.Crashed, null, null));
        clients.Unreachable();
        clients.Unreachable();
        var point = Assert.Single(story.Snapshot.Availability.Points);
        Assert.Equal((2, 1, 1), (point.Unreachable, point.Unavailable, point.Followers));
        Assert.Equal("follower-1 crashed", Assert.Single(story.Snapshot.Availability.Marks).Label);
    }

    [Theory]
    [InlineData(3, 0, AvailabilityVerdict.Success, "W = 3 of 5 tolerates 2 failed followers: writes succeed.")]
    [InlineData(3, 1, AvailabilityVerdict.Success, "W = 3 of 5 tolerates 2 failed followers; 1 cannot acknowledge: writes succeed, even if 1 more fails.")]
    [InlineData(3, 2, AvailabilityVerdict.Success, "W = 3 of 5 tolerates 2 failed followers, and 2 cannot acknowledge: writes still succeed, the next failure makes them partial.")]
    [InlineData(3, 3, AvailabilityVerdict.Partial, "W = 3 of 5 tolerates 2 failed followers; 3 cannot acknowledge, so every write is partial.")]
    [InlineData(5, 0, AvailabilityVerdict.Success, "W = 5 of 5 tolerates 0 failed followers: writes succeed, and the first follower that fails makes them partial.")]
    public void The_rule_is_held_against_the_cluster(int required, int down, AvailabilityVerdict verdict, string sentence)
    {
        var story = Story.OfCluster(5, new LiveSettings { WriteQuorum = required });
        for (var i = 1; i <= down; i++) story.Observer.Tell(new ProcessChanged($"follower-{i}", NodeState.Stopped, null, null));
        var rule = AvailabilityRule.Of(story.Snapshot);
        Assert.Equal((verdict, sentence, 5 - required, down), (rule.Verdict, rule.Sentence, rule.Tolerated, rule.Unavailable.Length));
    }

    [Fact]
    public void Without_a_leader_nobody_takes_writes()
    {
        var story = Story.OfCluster(2, new LiveSettings { WriteQuorum = 1 });
        story.Observer.Tell(new ProcessChanged("leader", NodeState.Stopped, null, null));
        var rule = AvailabilityRule.Of(story.Snapshot);
        Assert.Equal((AvailabilityVerdict.Unreachable, "W = 1 of 2 tolerates 1 failed follower, but the leader is stopped: no node accepts writes."), (rule.Verdict, rule.Sentence));
    }
}
