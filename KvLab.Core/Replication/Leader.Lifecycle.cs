using System.Collections.Concurrent;
using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    internal const string StoppedSentence = "The leader is shutting down and accepts no more writes.";

    private volatile bool _stopping;
    private volatile bool _begun;
    private long _deposedBy;

    // Unnamed until it has asked the others: the seed's leader never does.
    private long _leadership;

    /// <summary>It accepts writes, or has: before, it is still asking others.</summary>
    public bool HasBegun => _begun;

    /// <summary>Another leader reigns, and this one is about to step down.</summary>
    public bool IsDeposed => Interlocked.Read(ref _deposedBy) != 0;

    /// <summary>Who leads in this epoch; see <see cref="LeadershipId"/>.</summary>
    internal long LeadershipName => _leadership;

    /// <summary>Begins a reign: its numbers go on above everything seen, and what is held now is its start. It accepts no writes before <see cref="Open"/>.</summary>
    /// <param name="seen">The highest epoch and the highest counter that anybody knows.</param>
    /// <param name="epoch">The epoch for which followers were sealed; null for one above all that was seen.</param>
    /// <param name="smallestQuorum">Of what an earlier reign left, which may be on few nodes until all have been compared; null: nothing is known of one.</param>
    internal async Task<EntryVersion> BeginReignAsync(EntryVersion seen, long? epoch, int? smallestQuorum, CancellationToken cancellation)
    {
        var first = seen.Counter == 0 ? 0 : seen.Counter + _options.NumbersSkipped;
        var reign = epoch is { } given
            ? _versions.BeginReign(new EntryVersion(given, first))
            : _versions.BeginReignAbove(seen with { Counter = first });
        await TakeOfficeAsync(reign, smallestQuorum, cancellation);
        return reign;
    }

    private async Task TakeOfficeAsync(EntryVersion reign, int? smallestQuorum, CancellationToken cancellation)
    {
        await _store.RememberAsync(reign, cancellation);
        _leadership = LeadershipId.Of(NodeId, _events.Incarnation);
        BeginPromises(reign, smallestQuorum);

        var start = new ConcurrentDictionary<string, EntryVersion>(StringComparer.Ordinal);
        await foreach (var entry in _store.SnapshotAsync(cancellation)) start[entry.Key] = entry.Version;
        _reignStart = start;
    }

    /// <summary>Keys held at the start of the reign.</summary>
    internal int KeysAtStart => _reignStart.Count;

    /// <summary>Takes writes from now on.</summary>
    internal void Open() => _begun = true;

    /// <summary>A lesson: counts from 1 again and asks nobody, as the seed's leader does after a restart.</summary>
    internal void BeginForgetful(long epoch)
    {
        _versions.BeginReign(new EntryVersion(epoch, 0));
        _begun = true;
        _events.Record(EventKind.LeaderRecovered, version: _versions.Last, naive: true,
            detail: "No follower was asked: the counter begins at 1 again, as in the original lab program. Followers refuse a write as stale if they hold a newer version of its key, and acknowledge it all the same.");
    }

    /// <summary>
    /// Says once that another leader leads now, in a newer epoch or in this one; whoever owns this leader has it step down. An epoch that no cluster can have come to is one
    /// node's error, and no reason.
    /// </summary>
    internal void Depose(long epoch)
    {
        if (epoch >= Epoch && epoch <= InputRules.HighestEpochAfter(Epoch) && Interlocked.CompareExchange(ref _deposedBy, epoch, 0) == 0) Deposed?.Invoke(epoch);
    }

    /// <summary>
    /// Takes no more writes, because another leader leads now: ends all deliveries, answers the clients that wait with what is known.
    /// </summary>
    /// <returns>The writes of this reign that are held here. Which of them the new leader knows is its to say.</returns>
    public async Task<IReadOnlyDictionary<string, Entry>> StepDownAsync(long epoch)
    {
        Interlocked.CompareExchange(ref _deposedBy, epoch, 0);
        // Alone inside the gate: a write that got through before is stored by now, later ones see that it is over.
        await _resets.CloseAsync();
        try
        {
            _stopping = true;
        }
        finally
        {
            _resets.Open();
        }

        foreach (var follower in _state.Followers) follower.Close(DeliveryReason.Deposed);
        await _work.WhenIdleAsync(Timeout.InfiniteTimeSpan);
        var own = new Dictionary<string, Entry>(StringComparer.Ordinal);
        await foreach (var entry in _store.SnapshotAsync())
            if (entry.Version.Epoch == Epoch) own[entry.Key] = entry;
        _events.Record(EventKind.LeaderSteppedDown, version: _versions.Last, held: new EntryVersion(epoch, 0),
            detail: $"Another leader has led since epoch {epoch}. {own.Count} keys were written in epoch {Epoch}; what the new leader does not know will be rolled back.");
        return own;
    }

    /// <summary>
    /// Lab reset: ends what is under way, empties the store. Writes that come meanwhile wait until it is done. The version counter goes
    /// on, for no leader uses a version twice. A message that had left already may still arrive at its follower; the repair has it removed there.
    /// </summary>
    public async Task ClearAsync(CancellationToken cancellation = default)
    {
        await _resets.CloseAsync();
        try
        {
            foreach (var follower in _state.Followers) follower.EndDeliveries(DeliveryReason.Cleared);
            await _work.WhenNoDeliveriesAsync();
            await _store.ClearAsync(cancellation);
            ClearedAt = _versions.Last;
            _events.Record(EventKind.StoreCleared);
        }
        finally
        {
            _resets.Open();
        }
    }

    /// <summary>Takes no more writes, gives those that are open some time, ends the rest and says what was left.</summary>
    /// <param name="drainFor">≥ 0; infinite waits for the last delivery, however long its follower is away.</param>
    public async Task<DrainReport> StopAsync(TimeSpan drainFor)
    {
        _stopping = true;
        await _work.WhenIdleAsync(drainFor);
        var left = _state.Followers.Select(f => f.Progress()).Where(p => p.Pending > 0).ToDictionary(p => p.Id, p => p.Pending);
        Abandon();
        await _work.WhenIdleAsync(Timeout.InfiniteTimeSpan);
        var report = new DrainReport(left);
        _events.Record(EventKind.NodeStopping, detail: $"{char.ToUpperInvariant(report.ToString()[0])}{report.ToString()[1..]}.");
        return report;
    }

    /// <summary>Ends all deliveries at once, as the end of its process does: what waited to be sent is not sent.</summary>
    internal void Abandon()
    {
        foreach (var follower in _state.Followers) follower.Close(DeliveryReason.Shutdown);
    }

    public void Dispose()
    {
        foreach (var follower in _state.Followers) follower.Dispose();
    }
}
