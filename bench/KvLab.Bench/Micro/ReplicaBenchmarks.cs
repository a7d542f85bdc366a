using BenchmarkDotNet.Attributes;
using KvLab.Core.Replication;
using KvLab.Core.Simulation;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Bench.Micro;

/// <summary>What every replica does for every write, and the leader's counting.</summary>
public class ReplicaBenchmarks
{
    private const int Followers = 5;

    private readonly MemoryStore _store = new();
    private readonly JsonText _value = JsonText.Of("value");
    private readonly Entry _stale = new("stale", JsonText.Of("value"), new EntryVersion(1, 1));
    private readonly int _quorum = 3;
    private long _version = 1;

    [GlobalSetup]
    public async Task FillAsync() => await _store.ApplyAsync(new Entry("stale", _value, new EntryVersion(1, 2)), ApplyRule.NewerWins);

    [Benchmark(Description = "apply a newer entry")]
    public ValueTask<ApplyResult> ApplyANewerEntry() =>
        _store.ApplyAsync(new Entry("newer", _value, new EntryVersion(1, ++_version)), ApplyRule.NewerWins);

    [Benchmark(Description = "refuse a stale entry")]
    public ValueTask<ApplyResult> RefuseAStaleEntry() => _store.ApplyAsync(_stale, ApplyRule.NewerWins);

    [Benchmark(Description = "count a quorum")]
    public QuorumState CountAQuorum()
    {
        var tracker = new QuorumTracker(Followers, _quorum);
        for (var follower = 0; follower < Followers && tracker.State == QuorumState.Pending; follower++) tracker = tracker.Ack(follower);
        return tracker.State;
    }
}
