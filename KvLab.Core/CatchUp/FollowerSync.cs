using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.CatchUp;

/// <summary>Brings one follower at a time to what its leader holds, and has replaced leaders take back what this one does not know.</summary>
public sealed class FollowerSync(Leader leader, IPeerCalls peers)
{
    // So many entries are under way at a time; the link puts them into batches.
    private const int SyncWindow = 2048;

    private readonly LeaderParts _parts = leader.Parts;
    private RepairTotals _totals = RepairTotals.None;

    public RepairTotals Totals => Volatile.Read(ref _totals);

    /// <summary>
    /// Brings a follower to what is held here: after it came back or was added (everything, or what digests show to be lacking), or because it is time to
    /// compare. Set-if-newer makes this safe beside writes that go on. It travels without the simulated delay: it is a bulk transfer, and no write that
    /// anybody studies. What the follower alone has kept from an earlier reign is taken over here.
    /// </summary>
    /// <param name="rejoined">True after it came back or was added; false for anti-entropy.</param>
    /// <param name="horizon">Entries above it are left to their own delivery.</param>
    /// <returns>Null when the follower was removed, this leader reset, stopped or replaced meanwhile, or in naive mode.</returns>
    /// <exception cref="TransportException">The follower stopped answering; what it got until then it keeps.</exception>
    public async Task<SyncReport?> SyncAsync(Peer peer, bool rejoined, EntryVersion horizon, CancellationToken cancellation = default)
    {
        var settings = leader.Settings;
        if (leader.IsStopping || settings.Versioning == VersioningMode.Naive) return null;
        if (leader.LinkOf(peer) is not { } follower) return null;
        var startedAt = _parts.Time.GetTimestamp();
        var found = rejoined && settings.RejoinSync == RejoinSync.Full
            ? Comparison.Everything
            : await Comparison.MakeAsync(leader, peer, peers, cancellation);
        if (found.Leaves is { Count: 0 }) return Count(new SyncReport(0, 0, found.Bytes, 0, 0));

        var (lacking, ahead, removed, ended) = await JudgeAsync(follower, found, horizon, cancellation);
        try
        {
            if (!await SendAsync(follower, lacking, settings, ended)) return null;
            if (removed.Count > 0) await leader.AskAsync(peer, peers, PeerCall.Repair, (calls, c) => Leader.DoneAsync(calls.RemoveAsync(peer, leader.Epoch, leader.LeadershipName, removed, c)), cancellation);
            var adopted = await AdoptAsync(peer, ahead, cancellation);
            var report = new SyncReport(
                lacking.Count, adopted, found.Bytes, lacking.Sum(SizeOf), _parts.Time.GetElapsedTime(startedAt).TotalMilliseconds);
            if (lacking.Count > 0 || adopted > 0)
            {
                _parts.Events.Record(rejoined ? EventKind.FollowerCaughtUp : EventKind.AntiEntropyRepaired, peer: peer.Id, acks: lacking.Count,
                    elapsedMs: report.ElapsedMs, bytesSent: report.BytesSent, bytesCompared: report.BytesCompared, detail: $"{report}");
            }

            return Count(report);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            if (lacking.Count > 0) _parts.Work.EndDelivery();
        }
    }

    /// <summary>Inside the gate, so that a reset either ends this transfer or is over before the store is looked at. Opens a delivery where there is something to send.</summary>
    private async Task<(List<Entry> Lacking, List<string> Ahead, SortedDictionary<string, EntryVersion> Removed, CancellationToken Ended)> JudgeAsync(
        FollowerLink follower, Comparison found, EntryVersion horizon, CancellationToken cancellation)
    {
        await _parts.Resets.EnterAsync();
        try
        {
            var lacking = new List<Entry>();
            var held = new Dictionary<string, EntryVersion>(StringComparer.Ordinal);
            await foreach (var entry in _parts.Store.SnapshotAsync(cancellation))
            {
                if (!found.Concerns(entry.Key)) continue;
                held[entry.Key] = entry.Version;
                if (entry.Version <= horizon && (!found.Theirs.TryGetValue(entry.Key, out var theirs) || theirs < entry.Version)) lacking.Add(entry);
            }

            // A newer version of this very reign can only come from a message by hand, and is nobody's to take over.
            var ahead = found.Theirs
                .Where(t => t.Value.Epoch < leader.Epoch && t.Value.IsCountable && t.Value > held.GetValueOrDefault(t.Key) && t.Value > leader.ClearedAt)
                .Select(t => t.Key)
                .Order(StringComparer.Ordinal)
                .ToList();
            var removed = new SortedDictionary<string, EntryVersion>(
                found.Theirs.Where(t => t.Value <= leader.ClearedAt && !held.ContainsKey(t.Key)).ToDictionary(), StringComparer.Ordinal);
            // A store lists its entries in an order of its own, which must not decide what is sent first.
            lacking.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
            if (lacking.Count > 0) _parts.Work.BeginDeliveries(1);
            return (lacking, ahead, removed, follower.Token);
        }
        finally
        {
            _parts.Resets.Leave();
        }
    }

    private async Task<bool> SendAsync(FollowerLink follower, List<Entry> entries, LiveSettings settings, CancellationToken ended)
    {
        foreach (var window in entries.Chunk(SyncWindow))
        {
            var acked = await Task.WhenAll(window.Select(entry => SendEntryAsync(follower, entry, settings, ended)));
            if (acked.Contains(false)) return false;
        }

        return true;
    }

    /// <returns>False when it was fenced.</returns>
    private async Task<bool> SendEntryAsync(FollowerLink follower, Entry entry, LiveSettings settings, CancellationToken ended)
    {
        var message = new ReplicateMessage(entry.Key, entry.Value, entry.Version, _parts.Events.Lamport.Tick(), leader.NodeId, VersioningMode.Versioned)
        {
            Reign = leader.Epoch,
            Leadership = leader.LeadershipName,
        };
        var answer = await _parts.Network.SendAsync(follower.Peer, message, TimeSpan.Zero, TimeSpan.FromMilliseconds(settings.ReplicationTimeoutMs), ended);
        _parts.Events.Lamport.Witness(answer.Lamport);
        // What it holds instead is newer, whatever its epoch: it does not lack this one.
        if (!answer.IsAck) leader.Depose(answer.Epoch);
        return answer.IsAck;
    }

    private async Task<int> AdoptAsync(Peer peer, List<string> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0) return 0;
        var adopted = 0;
        foreach (var entry in await leader.AskAsync(peer, peers, PeerCall.Repair, (calls, c) => calls.EntriesAsync(peer, keys, c), cancellation))
        {
            var result = await _parts.Store.ApplyAsync(entry, ApplyRule.NewerWins, cancellation);
            if (result.Outcome != ApplyOutcome.Applied) continue;
            adopted++;
            leader.HeldFromBefore(entry);
            _parts.Events.Record(EventKind.EntryApplied, entry.Key, entry.Version, entry.Value.Preview(), peer.Id, held: result.Before,
                outcome: DeliveryOutcome.Applied, detail: $"Recovered from {peer.Id}, the only node that still held this entry of epoch {entry.Version.Epoch}.");
        }

        return adopted;
    }

    /// <summary>
    /// Decides what a replaced leader takes back: the writes of its reign that nobody else had when this one began, and that nobody has brought since.
    /// </summary>
    /// <returns>How many writes were taken back.</returns>
    public async Task<int> DecideAsync(Peer peer, CancellationToken cancellation = default)
    {
        var open = await leader.AskAsync(peer, peers, PeerCall.Repair, (calls, c) => calls.UnconfirmedAsync(peer, c), cancellation);
        var takeBack = new List<RollBack>();
        foreach (var (key, version) in open.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            if (version <= leader.HeldAtStart(key)) continue;
            var held = await _parts.Store.GetAsync(key, cancellation);
            if (held?.Version != version) takeBack.Add(new RollBack(key, version, held));
        }

        await leader.AskAsync(peer, peers, PeerCall.Repair, (calls, c) => Leader.DoneAsync(calls.DecideAsync(peer, leader.Epoch, takeBack, c)), cancellation);
        return takeBack.Count;
    }

    private static long SizeOf(Entry entry) => entry.Key.Length + entry.Value.Length;

    private SyncReport Count(SyncReport report)
    {
        while (true)
        {
            var before = Volatile.Read(ref _totals);
            if (Interlocked.CompareExchange(ref _totals, before.With(report), before) == before) return report;
        }
    }
}
