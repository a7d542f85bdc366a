using KvLab.Core.Network;
using KvLab.Core.Simulation;
using Xunit;

namespace KvLab.Tests.Network;

/// <summary>Each fault of a link by itself, in virtual time (docs/decisions/0011-link-faults.md).</summary>
[Trait("Category", "Unit")]
public sealed class LinkFaultsTests
{
    private static readonly Peer Follower = new("follower-1", "http://follower-1");
    private readonly VirtualWorld _world = new(seed: 31);
    private readonly ManualTransport _transport;
    private readonly List<LostMessage> _lost = [];
    private readonly SimulatedNetwork _network;

    public LinkFaultsTests()
    {
        _transport = new ManualTransport { ServiceTime = () => Task.Delay(TimeSpan.FromMilliseconds(1), _world.Time) };
        _network = new SimulatedNetwork(_transport, _world.Time, onLost: _lost.Add);
    }

    private Pending<ReplicateAnswer> Send(long version, int attempt = 1, Peer? to = null) => _world.Start(() => _network.SendAsync(
        to ?? Follower, ManualTransport.Message(version), TimeSpan.Zero, TimeSpan.FromSeconds(5), CancellationToken.None, new FateDraw(42, version, attempt)));

    private long[] Arrived => [.. _transport.Batches.SelectMany(b => b.Messages).Select(m => m.Version.Counter)];

    private static TransportFailure FailureOf(Pending<ReplicateAnswer> answer) => Assert.Throws<TransportException>(() => answer.Result).Failure;

    private LinkCounts Counts => _network.Report(Follower.Id).Counts;

    [Fact]
    public void A_lost_request_never_arrives_and_the_sender_learns_nothing_before_its_deadline()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = DirectionFaults.Deaf });
        var answer = Send(1);
        Assert.Equal((LossReason.RequestLost, false), (Assert.Single(_lost).Reason, _lost[0].Applied));
        _world.Advance(4999);
        Assert.False(answer.IsCompleted);
        _world.Advance(1);
        Assert.Equal(TransportFailure.Timeout, FailureOf(answer));
        Assert.Empty(Arrived);
        Assert.Equal(1, Counts.Request.Lost);
    }

    [Fact]
    public void A_lost_answer_belongs_to_a_message_that_arrived()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Answer = DirectionFaults.Deaf });
        var answer = Send(1);
        _world.Advance(1);
        Assert.Equal([1], Arrived);
        Assert.Equal((LossReason.AnswerLost, true), (Assert.Single(_lost).Reason, _lost[0].Applied));
        _world.Advance(4999);
        Assert.Equal(TransportFailure.Timeout, FailureOf(answer));
        Assert.Equal((0, 1), (Counts.Request.Lost, Counts.Answer.Lost));
    }

    [Fact]
    public void A_link_that_refuses_fails_at_once()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Mode = LinkMode.Refuse });
        Assert.Equal(TransportFailure.Refused, FailureOf(Send(1)));
        Assert.Equal(TimeSpan.Zero, _world.Now);
        Assert.Empty(Arrived);
        Assert.Equal(1, Counts.Request.Refused);
        Assert.Equal(LossReason.Refused, Assert.Single(_lost).Reason);
    }

    [Fact]
    public void A_partition_swallows_until_the_deadline_and_healing_ends_it()
    {
        _network.SetFaults(Follower.Id, LinkFaults.Partition);
        var swallowed = Send(1);
        _network.SetFaults(Follower.Id, LinkFaults.None);
        var after = Send(2);
        _world.Advance(5000);
        Assert.Equal(TransportFailure.Timeout, FailureOf(swallowed));
        Assert.Equal(2, after.Result.Held.Counter);
        Assert.Equal([2], Arrived);
        Assert.Empty(_network.Faults);
        Assert.Equal(1, Counts.Request.Lost);
    }

    [Fact]
    public void A_partition_cuts_off_the_answers_that_are_under_way_when_it_begins()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { ExtraDelayMs = 10 } });
        var answer = Send(1);
        _world.Advance(10.5);
        _network.SetFaults(Follower.Id, LinkFaults.Partition);
        _world.Advance(5000);
        Assert.Equal(TransportFailure.Timeout, FailureOf(answer));
        Assert.Equal([1], Arrived);
        Assert.True(Assert.Single(_lost).Applied);
    }

    [Fact]
    public void Drop_next_takes_so_many_writes_and_no_other_call()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { DropNext = 2 } });
        var poll = _world.Start(() => _network.ExchangeAsync(Follower, _ => Task.FromResult(7), TimeSpan.FromSeconds(1), CancellationToken.None));
        for (var version = 1; version <= 3; version++) Send(version);
        _world.Settle();
        Assert.Equal(7, poll.Result);
        Assert.Equal([3], Arrived);
        Assert.Equal([LossReason.Dropped, LossReason.Dropped], _lost.Select(l => l.Reason));
        Assert.True(_network.Report(Follower.Id).Faults.IsNone);
    }

    [Fact]
    public void Extra_delay_comes_before_the_message_and_the_answer()
    {
        _network.SetFaults(Follower.Id, new LinkFaults
        {
            Request = new DirectionFaults { ExtraDelayMs = 100 },
            Answer = new DirectionFaults { ExtraDelayMs = 20 },
        });
        var answer = Send(1);
        _world.Advance(99.9);
        Assert.Empty(Arrived);
        _world.Advance(1.1);
        Assert.Equal([1], Arrived);
        _world.Advance(19.9);
        Assert.False(answer.IsCompleted);
        _world.Advance(0.1);
        Assert.Equal(1, answer.Result.Held.Counter);
        Assert.Equal((1, 1), (Counts.Request.Delayed, Counts.Answer.Delayed));
    }

    [Fact]
    public void A_message_that_is_slower_than_the_deadline_fails_for_its_sender_and_arrives_all_the_same()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { ExtraDelayMs = 6000 } });
        var answer = Send(1);
        _world.Advance(5000);
        Assert.Equal(TransportFailure.Timeout, FailureOf(answer));
        Assert.Empty(Arrived);
        _world.RunToRest();
        Assert.Equal([1], Arrived);
        Assert.Empty(_lost);
    }

    [Fact]
    public void A_duplicate_arrives_twice_and_the_sender_has_one_answer()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { DuplicatePercent = 100 }, Answer = new DirectionFaults { DuplicatePercent = 100 } });
        var answer = Send(1);
        _world.RunToRest();
        Assert.Equal(1, answer.Result.Held.Counter);
        Assert.Equal([1, 1], Arrived);
        Assert.Equal((1, 1), (Counts.Request.Duplicated, Counts.Answer.Duplicated));
    }

    [Fact]
    public void A_message_held_back_is_overtaken_by_the_next()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { ReorderPercent = 50 }, Seed = 1 });
        for (var version = 1; version <= 40; version++)
        {
            Send(version);
            _world.Advance(5);
        }

        _world.RunToRest();
        Assert.Equal(40, Arrived.Distinct().Count());
        Assert.True(Counts.Request.Reordered is > 5 and < 35);
        Assert.NotEqual(Arrived.Order(), Arrived);
    }

    [Fact]
    public void With_nothing_behind_it_a_message_is_held_back_no_longer_than_the_limit()
    {
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { ReorderPercent = 100 } });
        Send(1);
        _world.Advance(SimulatedNetwork.LongestHold.TotalMilliseconds - 1);
        Assert.Empty(Arrived);
        _world.Advance(1);
        Assert.Equal([1], Arrived);
    }

    [Fact]
    public void Losses_hit_the_named_share_and_the_same_writes_in_every_run()
    {
        var first = LostOf(seed: 7);
        Assert.InRange(first.Count, 120, 280);
        Assert.Equal(first, LostOf(seed: 7));
        Assert.NotEqual(first, LostOf(seed: 8));

        static List<long> LostOf(long seed)
        {
            var direction = new FaultyDirection("follower-1", "request", LossReason.RequestLost) { Faults = new DirectionFaults { LossPercent = 20 } };
            return [.. Enumerable.Range(1, 1000).Select(v => (long)v).Where(v => direction.Decide(new FateDraw(seed, v, 1), true).LostBy is not null)];
        }
    }

    [Fact]
    public void A_second_attempt_has_a_fate_of_its_own()
    {
        var direction = new FaultyDirection("follower-1", "request", LossReason.RequestLost) { Faults = new DirectionFaults { LossPercent = 50 } };
        Assert.Contains(Enumerable.Range(1, 100), v =>
            direction.Decide(new FateDraw(1, v, 1), true).LostBy is null != direction.Decide(new FateDraw(1, v, 2), true).LostBy is null);
    }

    [Theory]
    [InlineData(0, -0.06, 0.06)]
    [InlineData(0.5, 0.4, 0.56)]
    [InlineData(0.9, 0.83, 0.95)]
    public void Jitter_is_uniform_and_as_much_like_the_one_before_as_was_asked(double correlation, double from, double to)
    {
        var direction = new FaultyDirection("follower-1", "request", LossReason.RequestLost) { Faults = new DirectionFaults { ExtraDelayMs = 10, JitterMs = 100, JitterCorrelation = correlation } };
        double[] delays = [.. Enumerable.Range(1, 8000).Select(v => direction.Decide(new FateDraw(3, v, 1), true).DelayMs)];
        Assert.All(delays, d => Assert.InRange(d, 10, 110));
        var mean = delays.Average();
        Assert.InRange(mean, 52, 68);
        var variance = delays.Average(d => (d - mean) * (d - mean));
        Assert.InRange(variance, 0.8 * 10000 / 12, 1.2 * 10000 / 12);
        var covariance = delays.Zip(delays.Skip(1)).Average(p => (p.First - mean) * (p.Second - mean));
        Assert.InRange(covariance / variance, from, to);
    }

    [Fact]
    public void Other_links_are_untouched()
    {
        _network.SetFaults("follower-2", LinkFaults.Partition);
        var answer = Send(1);
        _world.RunToRest();
        Assert.Equal(1, answer.Result.Held.Counter);
        Assert.Equal(LinkCounts.None, Counts);
        Assert.Equal(["follower-2"], _network.Faults.Keys);
    }

    [Fact]
    public void Every_other_call_goes_through_the_same_faults_and_is_counted_without_a_word()
    {
        var calls = 0;
        Pending<int> Ask() => _world.Start(() => _network.ExchangeAsync(Follower, _ => Task.FromResult(++calls), TimeSpan.FromSeconds(2), CancellationToken.None));
        Assert.Equal(1, Ask().Result);
        _network.SetFaults(Follower.Id, LinkFaults.Partition);
        var cutOff = Ask();
        _world.Advance(2000);
        Assert.Equal(TransportFailure.Timeout, Assert.Throws<TransportException>(() => cutOff.Result).Failure);
        Assert.Equal(1, calls);
        _network.SetFaults(Follower.Id, new LinkFaults { Mode = LinkMode.Refuse });
        Assert.Equal(TransportFailure.Refused, Assert.Throws<TransportException>(() => Ask().Result).Failure);
        Assert.Equal((1, 1), (Counts.Request.Lost, Counts.Request.Refused));
        Assert.Empty(_lost);
    }

    [Fact]
    public void Cancelled_under_faults_a_message_ends_as_cancelled()
    {
        using var source = new CancellationTokenSource();
        _network.SetFaults(Follower.Id, new LinkFaults { Request = new DirectionFaults { ExtraDelayMs = 1000 } });
        var answer = _world.Start(() => _network.SendAsync(Follower, ManualTransport.Message(1), TimeSpan.Zero, TimeSpan.FromSeconds(5), source.Token, new FateDraw(1, 1, 1)));
        source.Cancel();
        _world.RunToRest();
        Assert.True(answer.IsCanceled);
        Assert.Empty(Arrived);
    }

    [Fact]
    public void A_removed_follower_leaves_no_faults_behind()
    {
        _network.SetFaults(Follower.Id, LinkFaults.Partition);
        _network.Forget(Follower);
        Assert.Empty(_network.Faults);
        Send(1);
        _world.Settle();
        Assert.Equal([1], Arrived);
    }

    [Theory]
    [InlineData("request.lossPercent", 101.0)]
    [InlineData("request.lossPercent", double.NaN)]
    [InlineData("answer.extraDelayMs", -1.0)]
    [InlineData("answer.jitterCorrelation", 1.5)]
    public void What_is_out_of_range_is_named_and_changes_nothing(string field, double value)
    {
        var direction = field.Split('.')[1] switch
        {
            "lossPercent" => new DirectionFaults { LossPercent = value },
            "extraDelayMs" => new DirectionFaults { ExtraDelayMs = value },
            _ => new DirectionFaults { JitterCorrelation = value },
        };
        var faults = field.StartsWith("request", StringComparison.Ordinal) ? new LinkFaults { Request = direction } : new LinkFaults { Answer = direction };
        var error = Assert.Single(faults.Validate());
        Assert.Equal(field, error.Field);
        Assert.Throws<ArgumentException>(() => _network.SetFaults(Follower.Id, faults));
        Assert.Empty(_network.Faults);
    }
}
