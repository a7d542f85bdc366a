using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

public sealed partial class Leader
{
    private volatile bool _stopping;

    /// <summary>
    /// Before the first write: takes over what followers and the own store remember, and begins a reign above all of it. Without this a
    /// leader that lost its memory would start again at version 1, every follower would refuse its writes as stale and still
    /// confirm them, and the leader would report full quorums while nothing is stored: the seed's disaster.
    /// </summary>
    public async Task RecoverAsync(IReadOnlyList<ReplicaDump> dumps, CancellationToken cancellation = default)
    {
        var answered = 0;
        foreach (var dump in dumps)
        {
            if (dump.Entries is null) continue;
            answered++;
            foreach (var entry in dump.Entries.Values) await _store.ApplyAsync(entry, ApplyRule.NewerWins, cancellation);
        }

        var newest = await _store.NewestAsync(cancellation);
        var seen = dumps.Select(d => d.Highest)
            .Concat(dumps.Where(d => d.Entries is not null).SelectMany(d => d.Entries!.Values).Select(e => e.Version))
            .Aggregate(newest, (a, b) => new EntryVersion(Math.Max(a.Epoch, b.Epoch), Math.Max(a.Counter, b.Counter)));
        var reign = _versions.BeginReignAbove(seen);
        _events.Record(EventKind.LeaderRecovered, version: reign, detail: seen.IsNone
            ? $"Nothing to recover from {answered} of {dumps.Count} followers."
            : $"Recovered {await _store.CountAsync(cancellation)} keys up to version {seen.Counter} from {answered} of {dumps.Count} followers; epoch {reign.Epoch} begins.");
    }

    /// <summary>
    /// Lab reset: ends what is under way, empties the store. Writes that come meanwhile wait until it is done. The version counter goes
    /// on, for a version is never used twice. A message that had left already may still arrive at its follower.
    /// </summary>
    public async Task ClearAsync(CancellationToken cancellation = default)
    {
        await _resets.CloseAsync();
        try
        {
            foreach (var follower in _state.Followers) follower.EndDeliveries("cleared");
            await _work.WhenNoDeliveriesAsync();
            await _store.ClearAsync(cancellation);
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
        foreach (var follower in _state.Followers) follower.Close("shutdown");
        await _work.WhenIdleAsync(Timeout.InfiniteTimeSpan);
        var report = new DrainReport(left);
        _events.Record(EventKind.NodeStopping, detail: $"{char.ToUpperInvariant(report.ToString()[0])}{report.ToString()[1..]}.");
        return report;
    }

    public void Dispose()
    {
        foreach (var follower in _state.Followers) follower.Dispose();
    }
}
