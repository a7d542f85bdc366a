using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Recovery;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Storage;
using KvLab.Nodes.Timing;
using KvLab.Tests.Infrastructure;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>On the thread of all simulated delays nothing blocks and nothing takes long.</summary>
[Trait("Category", "Component")]
public sealed class ThreadSeamsTests : IDisposable
{
    private readonly PreciseTimeProvider _time = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kvlab-seams");

    public void Dispose()
    {
        _time.Dispose();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs something on the timers' thread.</summary>
    private async Task<T> OnTimersAsync<T>(Func<T> what)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = _time.CreateTimer(_ =>
        {
            try
            {
                done.SetResult(what());
            }
            catch (Exception failure)
            {
                done.SetException(failure);
            }
        }, null, TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        return await done.Task;
    }

    [Fact]
    public async Task What_blocks_there_is_refused()
    {
        foreach (var step in new Action[] { () => ThreadSeams.MayBlock("A test"), () => ThreadSeams.MayTakeLong("A test") })
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => OnTimersAsync(() =>
            {
                step();
                return true;
            }));
            Assert.Equal("A test is done on the thread “KvLab timers”, on which others wait.", refused.Message);
            step();
        }
    }

    [Fact]
    public async Task A_storage_that_blocks_does_its_work_elsewhere_whoever_asks()
    {
        await using var store = new SqliteStore(Path.Combine(_folder.FullName, "node.db"), "node", TimeSpan.FromSeconds(10));
        await store.TryOpenAsync(TestContext.Current.CancellationToken);
        var entry = new Entry("k", JsonText.Of("a"), new EntryVersion(1, 1));
        await await OnTimersAsync(() => store.ApplyAsync(entry, ApplyRule.NewerWins).AsTask());
        Assert.Equal(entry, await await OnTimersAsync(() => store.GetAsync("k").AsTask()));
        Assert.Equal(1, await await OnTimersAsync(() => store.CountAsync().AsTask()));
        Assert.Equal([entry], await await OnTimersAsync(async () =>
        {
            var all = new List<Entry>();
            await foreach (var one in store.SnapshotAsync()) all.Add(one);
            return all;
        }));
        Assert.True(await await OnTimersAsync(() => store.RollBackAsync("k", entry.Version, null).AsTask()));
        await await OnTimersAsync(async () =>
        {
            await store.RememberAsync(new EntryVersion(3, 3));
            await store.ClearAsync();
            return true;
        });
    }

    [Fact]
    public async Task The_answer_of_a_write_whose_deadline_is_over_leaves_that_thread_where_its_host_says_so()
    {
        var events = new EventRecorder("leader", "1", _time, new Nowhere());
        using var leader = new Leader(
            new LeaderOptions { OnTimers = () => _time.IsOnItsThread }, new LiveSettings { WriteQuorum = 1, MinDelayMs = 0, MaxDelayMs = 0, ReplicationTimeoutMs = 40 },
            [new Peer("f", "http://f")], new MemoryStore(), new Mute(), events, _time);
        await leader.RecoverAsync([], cancellation: TestContext.Current.CancellationToken);
        // Without a context of xunit's, as in a node: whoever completes it carries it on.
        SynchronizationContext.SetSynchronizationContext(null);
        var result = await leader.WriteAsync("k", JsonText.Of("a"), cancellation: CancellationToken.None);
        Assert.Equal(AnswerReason.Deadline, result.Reason);
        Assert.NotEqual(ThreadSeams.Timers, Thread.CurrentThread.Name);
        await Task.Yield();
        await leader.StopAsync(TimeSpan.Zero);
    }

    private sealed class Nowhere : IEventSink
    {
        public void Publish(NodeEvent nodeEvent)
        {
        }
    }

    /// <summary>Takes everything and answers nothing.</summary>
    private sealed class Mute : IReplicaTransport
    {
        public Task<IReadOnlyList<ReplicateAnswer>> SendAsync(Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation) =>
            new TaskCompletionSource<IReadOnlyList<ReplicateAnswer>>().Task;
    }
}
