using BenchmarkDotNet.Attributes;
using KvLab.Core.Analysis;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation;

namespace KvLab.Bench.Micro;

/// <summary>What the dashboard does with events: per event of a batch, and per snapshot after one more write.</summary>
public class IngestBenchmarks
{
    private const int Batches = 40;
    private const int Writes = 64;
    private const int Events = Batches * Writes * LeaderEvents.PerWrite;
    private const int Snapshots = 100;

    private readonly LeaderEvents _leader = new();
    private readonly ClusterObserver _observer = new(TimeProvider.System, (settings, followers) => OrderStatistics.MeanMs(settings, followers));
    private EventsReceived[] _batches = [];

    [GlobalSetup]
    public void Introduce()
    {
        foreach (var hello in LeaderEvents.Everybody()) _observer.Tell(new NodeIntroduced(hello));
    }

    /// <summary>A sequence number counts once, so every iteration needs events of its own.</summary>
    [IterationSetup(Target = nameof(IngestAnEvent))]
    public void NextBatches() => _batches = [.. Enumerable.Range(0, Batches).Select(_ => Received(Writes))];

    [IterationSetup(Target = nameof(TakeASnapshot))]
    public void NextWrites() => _batches = [.. Enumerable.Range(0, Snapshots).Select(_ => Received(1))];

    private EventsReceived Received(int writes)
    {
        var batch = _leader.Batch(writes);
        return new EventsReceived(batch) { Packed = Packing.Pack(batch) };
    }

    [Benchmark(Description = "ingest an event", OperationsPerInvoke = Events)]
    public void IngestAnEvent()
    {
        foreach (var batch in _batches) _observer.Tell(batch);
    }

    [Benchmark(Description = "take a snapshot", OperationsPerInvoke = Snapshots)]
    public ClusterSnapshot? TakeASnapshot()
    {
        ClusterSnapshot? last = null;
        foreach (var batch in _batches)
        {
            _observer.Tell(batch);
            last = _observer.TakeSnapshot();
        }

        return last;
    }
}
