using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Supervision;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class StartWordsTests
{
    private readonly Story _story = new();

    private string Words => StartWords.Of(_story.Snapshot);

    public StartWordsTests()
    {
        foreach (var (node, role) in ((string, string)[])[("leader", NodeRoles.Leader), ("follower-1", NodeRoles.Follower), ("follower-2", NodeRoles.Follower)])
        {
            _story.Observer.Tell(new NodeExpected(node, role, $"http://{node}:8000", null));
            _story.Observer.Tell(new ProcessChanged(node, NodeState.Starting, 7, null));
        }
    }

    [Fact]
    public void A_slow_start_is_said_to_be_a_start_and_no_death()
    {
        Assert.Equal("0 leader, 0 followers; still starting: leader, follower-1, follower-2", Words);
        _story.Join(NodeRoles.Follower, "follower-1");
        Assert.Equal("0 leader, 1 follower; still starting: leader, follower-2", Words);
        _story.Join(NodeRoles.Leader, "leader");
        _story.Join(NodeRoles.Follower, "follower-2");
        Assert.Equal("1 leader, 2 followers; the leader accepts no writes yet", Words);
        _story.Tell("leader", EventKind.NodeReady, settings: new Core.Settings.LiveSettings());
        Assert.Equal("1 leader, 2 followers", Words);
    }

    [Fact]
    public void Who_has_ended_is_told_apart_from_who_is_starting()
    {
        _story.Observer.Tell(new ProcessChanged("follower-2", NodeState.Crashed, null, "Ended by itself."));
        Assert.Equal("0 leader, 0 followers; still starting: leader, follower-1; not running: follower-2", Words);
    }

    [Fact]
    public void Ports_that_were_not_wanted_are_said_as_they_are_in_the_end()
    {
        Assert.Empty(StartWords.OfPorts([8000, 8001], [8000, 8001], moved: false));
        Assert.Empty(StartWords.OfPorts([0, 0], [41001, 41007], moved: false));
        Assert.Equal(["Port 8001 was busy, follower-1 uses 8003."], StartWords.OfPorts([8000, 8001, 8002], [8000, 8003, 8002], moved: false));
        Assert.Equal(["The nodes' ports from 8000 were taken by another program while they started; they use 8420 to 8422."], StartWords.OfPorts([8000, 8001, 8002], [8420, 8421, 8422], moved: true));
        Assert.Equal(["The nodes' ports from 8000 were taken by another program while they started; they use 41001, 41007."], StartWords.OfPorts([8000, 8001], [41001, 41007], moved: true));
    }
}
