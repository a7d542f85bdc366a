using System.Collections.Concurrent;
using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Tests.Infrastructure;

namespace KvLab.Tests.Properties;

/// <summary>Wrong implementations, each one a mistake that somebody has made; the claims must notice them.</summary>
public static class Mutants
{
    /// <summary>Ignores versions: the last arrival wins although versioning is on.</summary>
    public static readonly LabParts LastArrivalWins = new() { FollowerStore = () => new LastArrivalStore() };

    /// <summary>The seed's follower: looks, then stores, and others get in between.</summary>
    public static readonly LabParts CheckThenSet = new() { FollowerStore = () => new CheckThenSetStore() };

    /// <summary>Confirms what it does not keep.</summary>
    public static readonly LabParts ForgetfulFollower = new() { FollowerStore = () => new ForgetfulStore() };

    /// <summary>Sends before, or instead of, storing itself.</summary>
    public static readonly LabParts ForgetfulLeader = new() { LeaderStore = () => new ForgetfulStore() };

    /// <summary>Answers for followers that were never asked.</summary>
    public static readonly LabParts LyingNetwork = new() { Transport = _ => new LyingTransport() };

    /// <summary>The answer of a write waits for its slowest follower: the <c>with</c> block around a thread pool.</summary>
    public static readonly LabParts WaitsForAll = new() { Transport = inner => new BarrierTransport(inner) };

    /// <summary>Messages carry no Lamport time.</summary>
    public static readonly LabParts TimelessMessages = new() { Transport = inner => new TimelessTransport(inner) };

    private abstract class BrokenStore : IKeyValueStore
    {
        protected ConcurrentDictionary<string, Entry> Entries { get; } = new();

        public abstract ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default);

        public ValueTask<Entry?> GetAsync(string key, CancellationToken cancellation = default) => ValueTask.FromResult(Entries.GetValueOrDefault(key));
        public IAsyncEnumerable<Entry> SnapshotAsync(CancellationToken cancellation = default) => Entries.Values.ToAsyncEnumerable();
        public ValueTask<long> CountAsync(CancellationToken cancellation = default) => ValueTask.FromResult((long)Entries.Count);
        public ValueTask<bool> RollBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken cancellation = default) => throw new NotSupportedException();

        public ValueTask RememberAsync(EntryVersion seen, CancellationToken cancellation = default) => ValueTask.CompletedTask;
        public ValueTask<EntryVersion> NewestAsync(CancellationToken cancellation = default) => ValueTask.FromResult(Entries.Values.Select(e => e.Version).DefaultIfEmpty().Max());

        public ValueTask ClearAsync(CancellationToken cancellation = default)
        {
            Entries.Clear();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class LastArrivalStore : BrokenStore
    {
        public override ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default)
        {
            var before = Entries.GetValueOrDefault(entry.Key)?.Version ?? EntryVersion.None;
            Entries[entry.Key] = entry;
            return ValueTask.FromResult(new ApplyResult(ApplyOutcome.Applied, before, entry.Version));
        }
    }

    private sealed class CheckThenSetStore : BrokenStore
    {
        public override async ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default)
        {
            var before = Entries.GetValueOrDefault(entry.Key)?.Version ?? EntryVersion.None;
            if (entry.Version <= before)
                return new ApplyResult(entry.Version == before ? ApplyOutcome.Duplicate : ApplyOutcome.Stale, before, before);
            await Task.Yield();
            Entries[entry.Key] = entry;
            return new ApplyResult(ApplyOutcome.Applied, before, entry.Version);
        }
    }

    private sealed class ForgetfulStore : BrokenStore
    {
        public override ValueTask<ApplyResult> ApplyAsync(Entry entry, ApplyRule rule, CancellationToken cancellation = default) =>
            ValueTask.FromResult(new ApplyResult(ApplyOutcome.Applied, EntryVersion.None, entry.Version));
    }

    private sealed class LyingTransport : IReplicaTransport
    {
        public Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
            Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<ReplicateAnswer>>(
                [.. batch.Select(m => new ReplicateAnswer(ReplicateOutcome.Applied, m.Version, m.Version.Epoch, m.Lamport + 2, follower.Id))]);
    }

    private sealed class BarrierTransport(IReplicaTransport inner) : IReplicaTransport
    {
        private readonly Dictionary<EntryVersion, (HashSet<string> Arrived, TaskCompletionSource All)> _waiting = [];

        public async Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
            Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation)
        {
            var answers = await inner.SendAsync(follower, batch, timeout, cancellation);
            foreach (var version in batch.Select(m => m.Version))
            {
                if (!_waiting.TryGetValue(version, out var barrier))
                    _waiting[version] = barrier = ([], new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                barrier.Arrived.Add(follower.Id);
                if (barrier.Arrived.Count == 2) barrier.All.TrySetResult();
                await barrier.All.Task;
            }

            return answers;
        }
    }

    private sealed class TimelessTransport(IReplicaTransport inner) : IReplicaTransport
    {
        public Task<IReadOnlyList<ReplicateAnswer>> SendAsync(
            Peer follower, IReadOnlyList<ReplicateMessage> batch, TimeSpan timeout, CancellationToken cancellation) =>
            inner.SendAsync(follower, [.. batch.Select(m => m with { Lamport = 0 })], timeout, cancellation);
    }
}
