using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Replication;

/// <summary>
/// What one thread cannot show: the same leader on the thread pool and the system's clock, with everything that may change changing. Checks
/// what must be true at the end, never how fast it came.
/// </summary>
[Trait("Category", "Unit")]
public sealed class LeaderOnRealThreadsTests : IDisposable
{
    private const int Clients = 16, WritesEach = 150, Keys = 7;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly RecordedEvents _events = new();
    private readonly MemoryStore _store = new();
    private readonly InMemoryTransport _transport = new();
    private readonly (Peer Peer, MemoryStore Store)[] _followers;
    private readonly Leader _leader;

    public LeaderOnRealThreadsTests()
    {
        _followers = [.. Enumerable.Range(1, 5).Select(i => (new Peer($"follower-{i}", $"http://{i}"), new MemoryStore()))];
        foreach (var (peer, store) in _followers)
            _transport.Attach(peer, new Follower(peer.Id, store, new EventRecorder(peer.Id, "1", TimeProvider.System, NullEventSink.Instance)));
        var options = new LeaderOptions { FirstBackoff = TimeSpan.FromMilliseconds(1), LongestBackoff = TimeSpan.FromMilliseconds(4), ProbeInterval = TimeSpan.FromMilliseconds(2) };
        _leader = new Leader(
            options, new LiveSettings { WriteQuorum = 3, MinDelayMs = 0, MaxDelayMs = 2 }, [.. _followers.Select(f => f.Peer)], _store,
            _transport, new EventRecorder("leader", "1", TimeProvider.System, _events), TimeProvider.System);
    }

    public void Dispose() => _leader.Dispose();

    [Fact]
    public async Task Concurrent_writes_with_outages_and_changes_converge_and_every_delivery_is_accounted_for()
    {
        var versions = await UnderChangesAsync(WriteAllAsync);
        var left = await _leader.StopAsync(Patience);

        Assert.Equal(0, left.Total);
        Assert.Equal(Enumerable.Range(1, Clients * WritesEach).Select(i => (long)i), versions.Order());
        var expected = LabCluster.Entries(_store);
        Assert.All(_followers, f => Assert.Equal(expected, LabCluster.Entries(f.Store)));
        AccountFor(_events.All);
    }

    [Fact]
    public async Task Resets_under_load_end_and_leave_nothing_under_way()
    {
        var writes = WriteAllAsync();
        for (var i = 0; i < 20; i++) await _leader.ClearAsync(TestContext.Current.CancellationToken);
        var versions = await writes.WaitAsync(Patience, TestContext.Current.CancellationToken);
        await _leader.ClearAsync(TestContext.Current.CancellationToken);

        Assert.Equal(versions.Length, versions.Distinct().Count());
        Assert.True(_leader.Status.Quiescent);
        Assert.Empty(LabCluster.Entries(_store));
        AccountFor(_events.All);
    }

    [Fact]
    public async Task Stopping_under_load_answers_or_refuses_every_client()
    {
        var clients = Enumerable.Range(0, Clients).Select(c => Task.Run(async () =>
        {
            try
            {
                for (var i = 0; ; i++) await _leader.WriteAsync($"k{i % Keys}", JsonText.Of($"{c}"));
            }
            catch (LeaderStoppedException)
            {
                return true;
            }
        }, TestContext.Current.CancellationToken)).ToList();
        while (_leader.LastVersion.Counter < 100) await Task.Yield();
        await _leader.StopAsync(TimeSpan.Zero);

        Assert.All(await Task.WhenAll(clients).WaitAsync(Patience, TestContext.Current.CancellationToken), Assert.True);
        Assert.True(_leader.Status.Quiescent);
        AccountFor(_events.All);
    }

    private async Task<long[]> WriteAllAsync() => [.. (await Task.WhenAll(Enumerable.Range(0, Clients).Select(c => Task.Run(async () =>
    {
        var mine = new List<long>();
        for (var i = 0; i < WritesEach; i++) mine.Add((await _leader.WriteAsync($"k{i % Keys}", JsonText.Of($"{c}/{i}"))).Version.Counter);
        // P3: each was sent after the answer to the one before.
        Assert.Equal(mine.Order(), mine);
        return mine;
    })))).SelectMany(v => v)];

    /// <summary>Outages, quorums and removals at random, until the work is done; then all is mended.</summary>
    private async Task<T> UnderChangesAsync<T>(Func<Task<T>> work)
    {
        var all = _followers.Select(f => f.Peer).ToList();
        var random = new Random(1);
        var task = work();
        while (!task.IsCompleted)
        {
            _transport.SetDown(all[random.Next(5)], random.Next(2) == 0);
            Assert.Empty(_leader.Change(new LiveSettingsPatch { WriteQuorum = random.Next(0, 5) }));
            _ = _leader.ChangeFollowers([.. all.Where((_, i) => i < 4 || random.Next(2) == 0)]);
            await Task.WhenAny(task, Task.Delay(1, TestContext.Current.CancellationToken));
        }

        var result = await task.WaitAsync(Patience, TestContext.Current.CancellationToken);
        foreach (var peer in all) _transport.SetDown(peer, false);
        Assert.Empty(_leader.ChangeFollowers(all));
        // A follower that was away while a key was written last gets that key with its next write.
        for (var k = 0; k < Keys; k++) await _leader.WriteAsync($"k{k}", JsonText.Of("last"));
        return result;
    }

    private static void AccountFor(IReadOnlyList<NodeEvent> events)
    {
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.Sequence));
        Assert.All(events.Zip(events.Skip(1)), pair => Assert.True(pair.First.Lamport < pair.Second.Lamport));
        var begun = events.Where(e => e.Kind == EventKind.ReplicationStarted).SelectMany(e => e.Peers!.Select(p => (e.Version, p)));
        var ended = events.Where(e => e.Kind is EventKind.DeliveryAcked or EventKind.DeliveryAbandoned).Select(e => (e.Version, e.Peer!));
        Assert.Equal(begun.Order(), ended.Order());
        Assert.All(events.Where(e => e.Kind == EventKind.WriteAnswered), e => Assert.Equal(e.Reason == "success", e.Acks >= e.Required));
    }
}
