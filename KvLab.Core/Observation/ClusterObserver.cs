using System.Buffers;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

/// <summary>
/// Watches one cluster, real or simulated: is told messages, stamps them, and shows what is so. All that reaches its state goes through one stream, which
/// <paramref name="keep"/> gets too; whoever feeds that stream to another <see cref="ClusterReducer"/> has the same state. Not safe for concurrent use.
/// </summary>
/// <param name="predictMeanMs">As for <see cref="ClusterReducer"/>.</param>
/// <param name="clients">What the dashboard's own clients were told; null where there are none.</param>
public sealed class ClusterObserver(
    TimeProvider time, Func<LiveSettings, int, double?> predictMeanMs, EventTap? tap = null, ClientOutcomes? clients = null, Action<Observed>? keep = null)
{
    private readonly ObserverClock _clock = new(time);
    private readonly ClusterReducer _reducer = new(predictMeanMs, tap);

    /// <summary>Says whose clock this observer reads, so that nodes of the same boot are known to read it too.</summary>
    public void Begin() => Take(new ObserverBegan(MachineClock.Read(time).BootId, _clock.OriginNs));

    public void Tell(IngestMessage message)
    {
        // What clients were told counts in the state in which they were told it. Events say themselves which write they are about.
        if (message is not EventsReceived) HearClients();
        Take(message);
    }

    /// <summary>The state as of now, or null when nothing changed since the last snapshot.</summary>
    public ClusterSnapshot? TakeSnapshot()
    {
        HearClients();
        var before = _reducer.Snapshot;
        Take(PictureTaken.Instance);
        return ReferenceEquals(before, _reducer.Snapshot) ? null : _reducer.Snapshot;
    }

    public DurabilityRow? FindDurability(EntryVersion version)
    {
        Take(LedgerRead.Instance);
        return _reducer.FindDurability(version);
    }

    /// <summary>What clients were told counts also where the leader's own report has not come.</summary>
    public BeyondReach DurabilityBeyond(IReadOnlyCollection<string> nodes, int listed)
    {
        HearClients();
        Take(PromisesCounted.Instance);
        return _reducer.DurabilityBeyond(nodes, listed);
    }

    /// <inheritdoc cref="ClusterReducer.Save"/>
    public void SaveKeyframe(IBufferWriter<byte> output) => _reducer.Save(output);

    public TrafficCopy CopyTraffic() => _reducer.CopyTraffic();

    /// <summary>Messages between nodes since this observer began, as of the last message: a count that never falls.</summary>
    public long Messages => _reducer.Messages;

    /// <inheritdoc cref="ClusterReducer.NextTraffic"/>
    public byte[]? NextTraffic(TrafficCursor cursor) => _reducer.NextTraffic(cursor, MachineClock.Read(time).Ns - _clock.OriginNs);

    /// <inheritdoc cref="ClusterReducer.Feed"/>
    public void Feed(TimelineBook book) => _reducer.Feed(book, MachineClock.Read(time).Ns - _clock.OriginNs);

    private void HearClients()
    {
        if (clients?.Take() is { } told) Take(told);
    }

    private void Take(IngestMessage message)
    {
        var observed = new Observed(_clock.Now, message);
        keep?.Invoke(observed);
        _reducer.Apply(observed);
    }
}
