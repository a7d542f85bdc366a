using KvLab.Core.Network;
using KvLab.Core.Simulation;
using Xunit;

namespace KvLab.Tests.Network;

/// <summary>What is kept of a message that never arrives.</summary>
[Trait("Category", "Unit")]
public sealed class LostMessageTests
{
    private static readonly Peer Follower = new("follower-1", "http://follower-1");
    private readonly VirtualWorld _world = new(seed: 32);
    private readonly ManualTransport _transport = new() { ServiceTime = () => Task.CompletedTask };
    private readonly SimulatedNetwork _network;

    public LostMessageTests() => _network = new SimulatedNetwork(_transport, _world.Time);

    private Pending<ReplicateAnswer> Send(long version) => _world.Start(() => _network.SendAsync(
        Follower, ManualTransport.Message(version), TimeSpan.Zero, TimeSpan.FromSeconds(5), CancellationToken.None, new FateDraw(42, version, 1)));

    private static TransportFailure FailureOf(Pending<ReplicateAnswer> answer) => Assert.Throws<TransportException>(() => answer.Result).Failure;

    /// <summary>A long partition swallows thousands of messages: what is kept of each ends with its sender's patience.</summary>
    [Fact]
    public void A_lost_message_leaves_nothing_behind_once_its_sender_has_given_up()
    {
        _network.SetFaults(Follower.Id, LinkFaults.Partition);
        var writes = Enumerable.Range(1, 20).Select(i => Send(i)).ToArray();
        var cutOff = _world.Start(() => _network.ExchangeAsync(Follower, _ => Task.FromResult(1), TimeSpan.FromSeconds(2), CancellationToken.None));
        Assert.Equal(21, _network.Unheard(Follower.Id));
        _world.Advance(5000);
        Assert.All(writes, w => Assert.Equal(TransportFailure.Timeout, FailureOf(w)));
        Assert.Equal(TransportFailure.Timeout, Assert.Throws<TransportException>(() => cutOff.Result).Failure);
        Assert.Equal(0, _network.Unheard(Follower.Id));
    }

    [Fact]
    public void An_answer_that_is_lost_after_the_deadline_leaves_nothing_behind_either()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { ExtraDelayMs = 6000 }, Answer = new DirectionFaults { LossPercent = 100 } });
        var late = Send(1);
        _world.RunToRest();
        Assert.Equal(TransportFailure.Timeout, FailureOf(late));
        Assert.Equal((1, 0), (_transport.Batches.Count, _network.Unheard(Follower.Id)));
    }
}
