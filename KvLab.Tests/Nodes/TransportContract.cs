using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure.NodeProcess;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>What a leader may rely on, whatever carries its messages (habit 8: two transports, one suite).</summary>
public abstract class TransportContract
{
    private static readonly TimeSpan Timeout = Patience.Limit;

    /// <summary>A follower that listens, and the way to it.</summary>
    protected abstract Task<(IReplicaTransport Transport, Peer Follower)> StartAsync();

    /// <summary>A follower that does not listen (any more).</summary>
    protected abstract Task<(IReplicaTransport Transport, Peer Follower)> StartDownAsync();

    private static ReplicateMessage Message(long version, string key = "k", long epoch = 1, VersioningMode versioning = VersioningMode.Versioned) =>
        new(key, JsonText.Of($"v{version} \u00e9"), new EntryVersion(epoch, version), 100 + version, "leader", versioning);

    private async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(params ReplicateMessage[] batch)
    {
        var (transport, follower) = await StartAsync();
        return await transport.SendAsync(follower, batch, Timeout, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Every_message_has_one_answer_in_order() => Assert.Equal(
        [ReplicateOutcome.Applied, ReplicateOutcome.Superseded, ReplicateOutcome.Applied, ReplicateOutcome.Duplicate],
        (await SendAsync(Message(2), Message(1), Message(3), Message(3))).Select(a => a.Outcome));

    [Fact]
    public async Task An_answer_says_what_the_follower_holds_now_and_who_it_is()
    {
        var answers = await SendAsync(Message(7), Message(5));
        Assert.All(answers, a => Assert.Equal(new EntryVersion(1, 7), a.Held));
        Assert.All(answers, a => Assert.Equal("follower-1", a.Node));
        Assert.All(answers, a => Assert.True(a.IsAck));
    }

    [Fact]
    public async Task The_followers_clock_is_ahead_of_the_message_that_it_answers() =>
        Assert.All(await SendAsync(Message(1), Message(2)), a => Assert.True(a.Lamport > 101));

    [Fact]
    public async Task An_older_epoch_is_fenced_and_that_is_no_ack()
    {
        var answers = await SendAsync(Message(1, epoch: 3), Message(2, epoch: 2));
        Assert.Equal(ReplicateOutcome.Fenced, answers[1].Outcome);
        Assert.Equal(3, answers[1].Epoch);
        Assert.False(answers[1].IsAck);
    }

    [Fact]
    public async Task The_rule_travels_with_the_message() => Assert.Equal(
        ReplicateOutcome.Applied, (await SendAsync(Message(2), Message(1, versioning: VersioningMode.Naive)))[1].Outcome);

    [Fact]
    public async Task An_empty_batch_has_no_answers() => Assert.Empty(await SendAsync());

    [Fact]
    public async Task A_large_batch_arrives_whole()
    {
        var batch = Enumerable.Range(1, 500).Select(n => Message(n, $"key-{n}")).ToArray();
        var answers = await SendAsync(batch);
        Assert.Equal(500, answers.Count(a => a.Outcome == ReplicateOutcome.Applied));
    }

    [Fact]
    public async Task Nobody_listening_is_reported_as_refused()
    {
        var (transport, follower) = await StartDownAsync();
        var failure = await Assert.ThrowsAsync<TransportException>(() =>
            transport.SendAsync(follower, [Message(1)], Timeout, TestContext.Current.CancellationToken));
        Assert.Equal(TransportFailure.Refused, failure.Failure);
    }

    [Fact]
    public async Task A_cancelled_send_ends_as_cancelled_and_not_as_a_failure_of_the_follower()
    {
        var (transport, follower) = await StartAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            transport.SendAsync(follower, [Message(1)], Timeout, new CancellationToken(canceled: true)));
    }
}
