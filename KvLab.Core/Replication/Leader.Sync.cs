using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>What one comparison with a follower found and did.</summary>
/// <param name="Sent">Entries that the follower lacked and was sent.</param>
/// <param name="Adopted">Entries of an earlier reign that only the follower still had, and that the leader took over.</param>
/// <param name="BytesCompared">Hashes, keys and versions that were asked for.</param>
/// <param name="BytesSent">Keys and values.</param>
public sealed record SyncReport(int Sent, int Adopted, long BytesCompared, long BytesSent, double ElapsedMs)
{
    public override string ToString() =>
        $"{Sent} entries ({BytesSent} bytes) were sent after {BytesCompared} bytes were compared{(Adopted > 0 ? $", {Adopted} were taken over from it" : "")}";
}

/// <summary>Sums over all comparisons since the node began.</summary>
public sealed record RepairTotals(long Comparisons, long Sent, long Adopted, long BytesCompared, long BytesSent);

public sealed partial class Leader
{
    // So many entries are under way at a time; the link puts them into batches.
    private const int SyncWindow = 2048;

    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(10);

    /// <summary>Entries up to here were removed by a reset: a follower that still has them missed it, or a message that was on its way came after it.</summary>
    internal EntryVersion ClearedAt { get; private set; }

    private RepairTotals _repairs = new(0, 0, 0, 0, 0);

    public RepairTotals Repairs => Volatile.Read(ref _repairs);

    /// <summary>
    /// Brings a follower to what is held here: after it came back or was added (everything, or what digests show to be lacking), or because it is time to
    /// compare. Set-if-newer makes this safe beside writes that go on. It travels without the simulated delay: it is a bulk transfer, and no write that
    /// anybody studies. What the follower alone has kept from an earlier reign is taken over here.
    /// </summary>
    /// <param name="rejoined">True after it came back or was added; false for anti-entropy.</param>
    /// <param name="horizon">Entries above it are left to their own delivery.</param>
    /// <returns>Null when the follower was removed, this leader reset, stopped or replaced meanwhile, or in naive mode.</returns>
    /// <exception cref="TransportException">The follower stopped answering; what it got until then it keeps.</exception>
    public async Task<SyncReport?> SyncAsync(Peer peer, IPeerCalls peers, bool rejoined, EntryVersion horizon, CancellationToken cancellation = default)
    {
        var (settings, followers) = _state;
        if (_stopping || settings.Versioning == VersioningMode.Naive) return null;
        if (followers.FirstOrDefault(f => f.Peer == peer) is not { } follower) return null;
        var startedAt = _time.GetTimestamp();
        var found = rejoined && settings.RejoinSync == RejoinSync.Full
            ? Comparison.Everything
            : await CompareAsync(peer, peers, cancellation);
        if (found.Leaves is { Count: 0 }) return Count(new SyncReport(0, 0, found.Bytes, 0, 0));

        var (lacking, ahead, removed, ended) = await JudgeAsync(follower, found, horizon, cancellation);
        try
        {
            if (!await SendAsync(follower, lacking, settings, ended)) return null;
            if (removed.Count > 0) await AskAsync(peer, c => DoneAsync(peers.RemoveAsync(peer, Epoch, _leadership, removed, c)), cancellation);
            var adopted = await AdoptAsync(peer, peers, ahead, cancellation);
            var report = new SyncReport(
                lacking.Count, adopted, found.Bytes, lacking.Sum(SizeOf), _time.GetElapsedTime(startedAt).TotalMilliseconds);
            if (lacking.Count > 0 || adopted > 0)
            {
                _events.Record(rejoined ? EventKind.FollowerCaughtUp : EventKind.AntiEntropyRepaired, peer: peer.Id, acks: lacking.Count,
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
            if (lacking.Count > 0) _work.EndDelivery();
        }
    }

    /// <summary>Where the two differ.</summary>
    /// <param name="Leaves">Null: not compared, everything counts as different.</param>
    private sealed record Comparison(HashSet<int>? Leaves, IReadOnlyDictionary<string, EntryVersion> Theirs, long Bytes)
    {
        public static readonly Comparison Everything = new(null, new Dictionary<string, EntryVersion>(), 0);

        public bool Concerns(string key) => Leaves is null || Leaves.Contains(ReplicaDigest.LeafOf(key));
    }

    private async Task<Comparison> CompareAsync(Peer peer, IPeerCalls peers, CancellationToken cancellation)
    {
        var mine = await ReplicaDigest.OfAsync(_store, cancellation);
        var top = await AskAsync(peer, c => peers.DigestAsync(peer, c), cancellation);
        var bytes = (long)top.Length * sizeof(ulong);
        int[] branches = [.. Enumerable.Range(0, ReplicaDigest.Branches).Where(branch => top[branch] != mine.Branch(branch))];
        var leaves = new HashSet<int>();
        if (branches.Length > 0)
        {
            var theirs = await AskAsync(peer, c => peers.LeavesAsync(peer, branches, c), cancellation);
            bytes += (long)theirs.Length * sizeof(ulong);
            for (var i = 0; i < theirs.Length; i++)
            {
                var leaf = branches[i / ReplicaDigest.LeavesPerBranch] * ReplicaDigest.LeavesPerBranch + i % ReplicaDigest.LeavesPerBranch;
                if (theirs[i] != mine.Leaf(leaf)) leaves.Add(leaf);
            }
        }

        if (leaves.Count == 0) return new Comparison(leaves, Comparison.Everything.Theirs, bytes);
        var versions = await AskAsync(peer, c => peers.VersionsAsync(peer, [.. leaves], c), cancellation);
        return new Comparison(leaves, versions, bytes + versions.Keys.Sum(k => (long)k.Length + 2 * sizeof(long)));
    }

    /// <summary>Inside the gate, so that a reset either ends this transfer or is over before the store is looked at. Opens a delivery where there is something to send.</summary>
    private async Task<(List<Entry> Lacking, List<string> Ahead, SortedDictionary<string, EntryVersion> Removed, CancellationToken Ended)> JudgeAsync(
        FollowerLink follower, Comparison found, EntryVersion horizon, CancellationToken cancellation)
    {
        await _resets.EnterAsync();
        try
        {
            var lacking = new List<Entry>();
            var held = new Dictionary<string, EntryVersion>(StringComparer.Ordinal);
            await foreach (var entry in _store.SnapshotAsync(cancellation))
            {
                if (!found.Concerns(entry.Key)) continue;
                held[entry.Key] = entry.Version;
                if (entry.Version <= horizon && (!found.Theirs.TryGetValue(entry.Key, out var theirs) || theirs < entry.Version)) lacking.Add(entry);
            }

            // A newer version of this very reign can only come from a message by hand, and is nobody's to take over.
            var ahead = found.Theirs
                .Where(t => t.Value.Epoch < Epoch && t.Value.IsCountable && t.Value > held.GetValueOrDefault(t.Key) && t.Value > ClearedAt)
                .Select(t => t.Key)
                .Order(StringComparer.Ordinal)
                .ToList();
            var removed = new SortedDictionary<string, EntryVersion>(
                found.Theirs.Where(t => t.Value <= ClearedAt && !held.ContainsKey(t.Key)).ToDictionary(), StringComparer.Ordinal);
            // A store lists its entries in an order of its own, which must not decide what is sent first.
            lacking.Sort((a, b) => string.CompareOrdinal(a.Key, b.Key));
            if (lacking.Count > 0) _work.BeginDeliveries(1);
            return (lacking, ahead, removed, follower.Token);
        }
        finally
        {
            _resets.Leave();
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
        var message = new ReplicateMessage(entry.Key, entry.Value, entry.Version, _events.Lamport.Tick(), NodeId, VersioningMode.Versioned) { Reign = Epoch, Leadership = _leadership };
        var answer = await _network.SendAsync(follower.Peer, message, TimeSpan.Zero, TimeSpan.FromMilliseconds(settings.ReplicationTimeoutMs), ended);
        _events.Lamport.Witness(answer.Lamport);
        // What it holds instead is newer, whatever its epoch: it does not lack this one.
        if (!answer.IsAck) Depose(answer.Epoch);
        return answer.IsAck;
    }

    private async Task<int> AdoptAsync(Peer peer, IPeerCalls peers, List<string> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0) return 0;
        var adopted = 0;
        foreach (var entry in await AskAsync(peer, c => peers.EntriesAsync(peer, keys, c), cancellation))
        {
            var result = await _store.ApplyAsync(entry, ApplyRule.NewerWins, cancellation);
            if (result.Outcome != ApplyOutcome.Applied) continue;
            adopted++;
            _reignStart[entry.Key] = entry.Version;
            _events.Record(EventKind.EntryApplied, entry.Key, entry.Version, entry.Value.Preview(), peer.Id, held: result.Before,
                outcome: DeliveryOutcome.Applied, detail: $"Taken over from {peer.Id}, which alone had kept it from epoch {entry.Version.Epoch}.");
        }

        return adopted;
    }

    /// <summary>
    /// Decides what a replaced leader takes back: the writes of its reign that nobody else had when this one began, and that nobody has brought since.
    /// </summary>
    /// <returns>How many writes were taken back.</returns>
    public async Task<int> DecideAsync(Peer peer, IPeerCalls peers, CancellationToken cancellation = default)
    {
        var open = await AskAsync(peer, c => peers.UnconfirmedAsync(peer, c), cancellation);
        var takeBack = new List<RollBack>();
        foreach (var (key, version) in open.OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            if (version <= _reignStart.GetValueOrDefault(key)) continue;
            var held = await _store.GetAsync(key, cancellation);
            if (held?.Version != version) takeBack.Add(new RollBack(key, version, held));
        }

        await AskAsync(peer, c => DoneAsync(peers.DecideAsync(peer, Epoch, takeBack, c)), cancellation);
        return takeBack.Count;
    }

    /// <summary>Has a follower remember what whoever leads next will ask it.</summary>
    /// <exception cref="TransportException">It did not answer.</exception>
    internal Task NoteAsync(Peer peer, IPeerCalls peers, bool hasEverything, int smallestQuorum, TimeSpan patience, CancellationToken cancellation) =>
        AskAsync(peer, c => DoneAsync(peers.NoteAsync(peer, new LeaderNote(Epoch, _leadership, hasEverything, smallestQuorum), c)), patience, cancellation);

    private static async Task<bool> DoneAsync(Task call)
    {
        await call;
        return true;
    }

    /// <summary>Asks a peer through the simulated network, so that a partition parts this too.</summary>
    /// <exception cref="TransportException">It did not answer, or not in time.</exception>
    internal async Task<T> AskAsync<T>(Peer peer, Func<CancellationToken, Task<T>> call, TimeSpan patience, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await _network.ExchangeAsync(peer, call, patience, either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TransportException(TransportFailure.Timeout, $"{peer.Id} did not answer within {patience.TotalMilliseconds:0} ms.");
        }
    }

    private Task<T> AskAsync<T>(Peer peer, Func<CancellationToken, Task<T>> call, CancellationToken cancellation) =>
        AskAsync(peer, call, AskPatience, cancellation);

    private static long SizeOf(Entry entry) => entry.Key.Length + entry.Value.Length;

    private SyncReport Count(SyncReport report)
    {
        while (true)
        {
            var before = Volatile.Read(ref _repairs);
            var after = new RepairTotals(before.Comparisons + 1, before.Sent + report.Sent, before.Adopted + report.Adopted,
                before.BytesCompared + report.BytesCompared, before.BytesSent + report.BytesSent);
            if (Interlocked.CompareExchange(ref _repairs, after, before) == before) return report;
        }
    }
}
