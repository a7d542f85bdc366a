using CsCheck;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Network;

/// <summary>Delay, batching and failures between the leader and one follower (docs/decisions/0002-network-on-demand.md).</summary>
[Trait("Category", "Unit")]
public sealed class SimulatedNetworkTests
{
    private static readonly Peer Follower = new("follower-1", "http://follower-1");
    private readonly VirtualWorld _world = new(seed: 23);
    private readonly ManualTransport _transport = new();

    private SimulatedNetwork Network(NetworkOptions? options = null) => new(_transport, _world.Time, options);

    private static ReplicateMessage Message(long version, int bytes = 10, string key = "k") =>
        new(key, JsonText.FromCompactUtf8([.. Enumerable.Repeat((byte)'1', bytes)]), new EntryVersion(1, version), 0, "leader", VersioningMode.Versioned);

    private Pending<ReplicateAnswer> Send(SimulatedNetwork network, long version, double delayMs = 0, int bytes = 10, string key = "k", CancellationTokenSource? cancelledBy = null) =>
        _world.Start(() => network.SendAsync(Follower, Message(version, bytes, key), TimeSpan.FromMilliseconds(delayMs), TimeSpan.FromSeconds(5), cancelledBy?.Token ?? CancellationToken.None));

    private void Answer(int batch)
    {
        _transport.Batches[batch].Answer();
        _world.Settle();
    }

    private long[][] Sent => [.. _transport.Batches.Select(b => b.Messages.Select(m => m.Version.Counter).ToArray())];

    [Fact]
    public void A_message_leaves_after_its_own_delay_whatever_was_sent_before()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 100 });
        Send(network, 1, delayMs: 500);
        Send(network, 2, delayMs: 0.3);
        _world.Advance(0.2);
        Assert.Empty(Sent);
        _world.Advance(0.1);
        Assert.Equal([[2]], Sent);
        _world.Advance(499.7);
        Assert.Equal([[2], [1]], Sent);
    }

    [Fact]
    public void What_becomes_due_while_enough_batches_are_under_way_travels_together_in_order()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 2 });
        for (var i = 1; i <= 6; i++) Send(network, i);
        Assert.Equal([[1], [2]], Sent);
        Answer(0);
        Assert.Equal([[1], [2], [3, 4, 5, 6]], Sent);
    }

    [Fact]
    public void No_batch_has_more_messages_than_allowed()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1, MaxBatchMessages = 3 });
        var answers = Enumerable.Range(1, 8).Select(i => Send(network, i)).ToList();
        for (var i = 0; i < 4; i++) Answer(i);
        Assert.Equal([[1], [2, 3, 4], [5, 6, 7], [8]], Sent);
        Assert.All(answers, (a, i) => Assert.Equal(i + 1, a.Result.Held.Counter));
    }

    [Fact]
    public void No_batch_has_more_bytes_than_allowed_but_for_one_large_message_alone()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1, MaxBatchBytes = 100 });
        foreach (var (version, bytes) in new[] { (1, 10), (2, 49), (3, 49), (4, 1), (5, 500), (6, 10) }) Send(network, version, bytes: bytes);
        for (var i = 0; i < 4; i++) Answer(i);
        Assert.Equal([[1], [2, 3], [4], [5], [6]], Sent);
    }

    [Fact]
    public void Keys_count_with_their_bytes_not_their_characters()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1, MaxBatchBytes = 100 });
        for (var i = 1; i <= 3; i++) Send(network, i, bytes: 10, key: new string('日', 20));
        Answer(0);
        Assert.Equal([[1], [2]], Sent);
    }

    [Fact]
    public void Links_to_other_followers_do_not_wait_for_this_one()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1 });
        for (var i = 1; i <= 3; i++) Send(network, i);
        _world.Start(() => network.SendAsync(new Peer("follower-2", "http://follower-2"), Message(9), TimeSpan.Zero, TimeSpan.FromSeconds(1), CancellationToken.None));
        Assert.Equal([[1], [9]], Sent);
    }

    [Theory]
    [InlineData(TransportFailure.Refused)]
    [InlineData(TransportFailure.Timeout)]
    [InlineData(TransportFailure.Error)]
    public void A_batch_that_fails_fails_each_of_its_messages_and_the_next_one_leaves(TransportFailure failure)
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1, MaxBatchMessages = 2 });
        var answers = Enumerable.Range(1, 4).Select(i => Send(network, i)).ToList();
        Answer(0);
        _transport.Batches[1].Fail(new TransportException(failure, "no"));
        _world.Settle();
        Answer(2);

        Assert.Equal(1, answers[0].Result.Held.Counter);
        Assert.All(answers[1..3], a => Assert.Equal(failure, Assert.Throws<TransportException>(() => a.Result).Failure));
        Assert.Equal(4, answers[3].Result.Held.Counter);
    }

    [Fact]
    public void An_unexpected_exception_is_a_failure_too_and_keeps_its_cause()
    {
        var answer = Send(Network(), 1);
        _transport.Batches[0].Fail(new InvalidDataException("garbled"));
        _world.Settle();
        var failure = Assert.Throws<TransportException>(() => answer.Result);
        Assert.Equal(TransportFailure.Error, failure.Failure);
        Assert.Contains("garbled", failure.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(failure.InnerException);
    }

    [Fact]
    public void Answers_that_do_not_fit_the_messages_are_an_error()
    {
        var answer = Send(Network(), 1);
        _transport.Batches[0].AnswerWith([]);
        _world.Settle();
        Assert.Equal(TransportFailure.Error, Assert.Throws<TransportException>(() => answer.Result).Failure);
    }

    [Fact]
    public void Cancelled_during_its_delay_a_message_never_leaves()
    {
        using var source = new CancellationTokenSource();
        var answer = Send(Network(), 1, delayMs: 10, cancelledBy: source);
        _world.Advance(5);
        source.Cancel();
        _world.RunToRest();
        Assert.True(answer.IsCanceled);
        Assert.Empty(Sent);
    }

    [Fact]
    public void Cancelled_while_it_waits_for_a_batch_a_message_never_leaves()
    {
        using var source = new CancellationTokenSource();
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1 });
        Send(network, 1);
        var cancelled = Send(network, 2, cancelledBy: source);
        Send(network, 3);
        source.Cancel();
        _world.Settle();
        Assert.True(cancelled.IsCanceled);
        Answer(0);
        Assert.Equal([[1], [3]], Sent);
    }

    [Fact]
    public void When_all_that_waits_was_cancelled_the_link_rests_and_works_again()
    {
        using var source = new CancellationTokenSource();
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1 });
        Send(network, 1);
        Send(network, 2, cancelledBy: source);
        source.Cancel();
        _world.Settle();
        Answer(0);
        Send(network, 3);
        Assert.Equal([[1], [3]], Sent);
    }

    [Fact]
    public void Cancelled_on_its_way_a_message_may_still_arrive_but_nobody_waits_for_it()
    {
        using var source = new CancellationTokenSource();
        var answer = Send(Network(), 1, cancelledBy: source);
        source.Cancel();
        _world.Settle();
        Assert.True(answer.IsCanceled);
        Answer(0);
        Assert.Equal([[1]], Sent);
    }

    [Fact]
    public void The_transport_gets_the_longest_timeout_of_the_batch()
    {
        var network = Network(new NetworkOptions { MaxBatchesInFlight = 1 });
        foreach (var (version, seconds) in new[] { (1, 1), (2, 2), (3, 9), (4, 3) })
            _world.Start(() => network.SendAsync(Follower, Message(version), TimeSpan.Zero, TimeSpan.FromSeconds(seconds), CancellationToken.None));
        Answer(0);
        Assert.Equal([1, 9], _transport.Batches.Select(b => b.Timeout.TotalSeconds));
    }

    /// <summary>Whatever the limits, delays and order of answers: every message is answered once with its own answer, and the limits hold at every moment.</summary>
    [Fact]
    public void Every_message_gets_its_own_answer_and_no_limit_is_ever_exceeded() =>
        Gen.Select(Gen.Int, Gen.Int[1, 4], Gen.Int[1, 3], Gen.Int[20, 200], Gen.Select(Gen.Double[0, 20], Gen.Int[1, 90]).Array[1, 60])
            .Sample((seed, messages, batches, bytes, sends) =>
            {
                var world = new VirtualWorld(seed);
                var transport = new ManualTransport { ServiceTime = () => Task.Delay(TimeSpan.FromMilliseconds(world.Random.NextDouble() * 5), world.Time) };
                var network = new SimulatedNetwork(transport, world.Time, new NetworkOptions { MaxBatchMessages = messages, MaxBatchesInFlight = batches, MaxBatchBytes = bytes });
                world.Run(() => Task.WhenAll(sends.Select(async (s, i) =>
                {
                    var answer = await network.SendAsync(
                        Follower, Message(i + 1, s.Item2), TimeSpan.FromMilliseconds(s.Item1), TimeSpan.FromSeconds(1), CancellationToken.None);
                    Assert.Equal(i + 1, answer.Held.Counter);
                })));

                Assert.Equal(Enumerable.Range(1, sends.Length).Select(i => (long)i), transport.Batches.SelectMany(b => b.Messages).Select(m => m.Version.Counter).Order());
                Assert.True(transport.MostInFlight <= batches);
                Assert.All(transport.Batches, b => Assert.True(
                    b.Messages.Count <= messages && (b.Messages.Count == 1 || b.Messages.Sum(m => m.Key.Length + m.Value.Length) <= bytes)));
            }, iter: 300);
}
