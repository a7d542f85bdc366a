using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;
using KvLab.Web.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class StatePublisherTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _time = new();
    private readonly IngestQueue _queue = new();
    private readonly ClusterState _state = new();
    private readonly StatePublisher _publisher;

    public StatePublisherTests() => _publisher = new StatePublisher(_queue, _state, new EventTap(), new ClientOutcomes(_time), _time, NullLogger<StatePublisher>.Instance);

    public async ValueTask InitializeAsync() => await _publisher.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _publisher.StopAsync(CancellationToken.None);
        _publisher.Dispose();
    }

    private async Task JoinAsync(string node) => await _queue.EnqueueAsync(new NodeIntroduced(new NodeHello
    {
        Node = node,
        Incarnation = "a",
        Role = NodeRoles.Follower,
        Url = "http://localhost:8001",
        OldestSequence = 1,
    }), TestContext.Current.CancellationToken);

    /// <summary>Turns the clock until the state is as wanted; each turn is one interval.</summary>
    private async Task TurnUntilAsync(Func<ClusterSnapshot, bool> isWanted)
    {
        var wait = _state.WhenAsync(isWanted, Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        while (!wait.IsCompleted)
        {
            _time.Advance(StatePublisher.Interval);
            await Task.Yield();
        }
        await wait;
    }

    [Fact]
    public async Task Nothing_is_published_before_the_interval_is_over_and_nothing_when_nothing_changed()
    {
        await JoinAsync("follower-1");
        _time.Advance(StatePublisher.Interval / 2);
        Assert.Equal(0, _state.Current.Revision);
        await TurnUntilAsync(s => s.Nodes.Length == 1);
        await TurnUntilAsync(s => s.Lags.Length == 1);
        var revision = _state.Current.Revision;
        for (var i = 0; i < 50; i++) _time.Advance(StatePublisher.Interval);
        Assert.Equal(revision, _state.Current.Revision);
    }

    [Fact]
    public async Task Ten_snapshots_a_second_at_most_whatever_the_rate()
    {
        await JoinAsync("first");
        await TurnUntilAsync(s => s.Nodes.Length == 1);
        var before = _state.Current.Revision;
        for (var i = 0; i < 1000; i++)
        {
            await JoinAsync($"follower-{i}");
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.InRange(_state.Current.Revision - before, 0, 10);
        await TurnUntilAsync(s => s.Nodes.Length == 1001);
    }

    [Fact]
    public async Task Subscribing_hands_out_the_current_snapshot_and_every_newer_state()
    {
        await JoinAsync("follower-1");
        await TurnUntilAsync(s => s.Nodes.Length == 1);
        var newest = new TaskCompletionSource<ClusterSnapshot>(TaskCreationOptions.RunContinuationsAsynchronously);
        var (snapshot, subscription) = _state.Subscribe(s =>
        {
            if (s.Nodes.Length == 2) newest.TrySetResult(s);
        });
        Assert.Same(_state.Current, snapshot);
        await JoinAsync("follower-2");
        await TurnUntilAsync(s => s.Nodes.Length == 2);
        Assert.True((await newest.Task.WaitAsync(Patience, TestContext.Current.CancellationToken)).Revision > snapshot.Revision);
        subscription.Dispose();
        Assert.Equal(0, _state.Subscribers);
    }

    [Fact]
    public async Task A_slow_subscriber_gets_only_the_newest_and_never_holds_up_the_writer()
    {
        using var hold = new ManualResetEventSlim();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var last = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var calls = 0;
        var (_, subscription) = _state.Subscribe(s =>
        {
            calls++;
            entered.TrySetResult();
            hold.Wait();
            if (s.Nodes.Length == 100) last.TrySetResult(calls);
        });
        using var _ = subscription;
        for (var i = 0; i < 100; i++)
        {
            await JoinAsync($"follower-{i}");
            var count = i + 1;
            while (_state.Current.Nodes.Length < count)
            {
                _time.Advance(StatePublisher.Interval);
                await Task.Yield();
            }
            if (i == 0) await entered.Task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        }
        hold.Set();
        // The first, and the newest after it; what lay between was never handed out.
        Assert.Equal(2, await last.Task.WaitAsync(Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_reader_ends_with_the_host_although_more_keeps_coming()
    {
        using var enough = new CancellationTokenSource();
        var nodes = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested) _queue.TryEnqueue(new NodeDisconnected("follower-1", "a"));
        }, TestContext.Current.CancellationToken);
        await JoinAsync("follower-1");
        await TurnUntilAsync(s => s.Nodes.Length == 1);
        await _publisher.StopAsync(CancellationToken.None).WaitAsync(Patience, TestContext.Current.CancellationToken);
        await enough.CancelAsync();
        await nodes;
    }

    [Fact]
    public async Task What_waits_can_be_read_when_the_host_has_given_up_its_services()
    {
        var services = new ServiceCollection().AddSingleton<IngestQueue>().BuildServiceProvider();
        var queue = services.GetRequiredService<IngestQueue>();
        await queue.EnqueueAsync(new EventsReceived(new EventBatch { Node = "follower-1", Incarnation = "a", Events = [] }), TestContext.Current.CancellationToken);
        await services.DisposeAsync();
        Assert.True(queue.TryRead(out _));
    }

    [Fact]
    public async Task Subscribers_that_come_and_go_leave_none_behind()
    {
        var subscriptions = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => _state.Subscribe(_ => { }).Subscription)));
        Assert.Equal(50, _state.Subscribers);
        foreach (var subscription in subscriptions)
        {
            subscription.Dispose();
            subscription.Dispose();
        }
        Assert.Equal(0, _state.Subscribers);
    }

    [Fact]
    public async Task A_subscriber_that_throws_is_dropped_and_the_others_go_on()
    {
        var (_, broken) = _state.Subscribe(_ => throw new InvalidOperationException("its circuit is gone"));
        using var __ = broken;
        await JoinAsync("follower-1");
        await TurnUntilAsync(s => s.Nodes.Length == 1);
        while (_state.Subscribers > 0) await Task.Yield();
    }
}
