using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Core.Waiting;

namespace KvLab.Core.CatchUp;

/// <summary>
/// Makes "eventually" true: looks at every follower once a second, has one that came back (or is new) sent what it lacks, compares with each from time to
/// time, deposes leaders of older reigns and decides what they take back.
/// </summary>
public sealed class Repair(Leader leader, IPeerCalls peers, TimeProvider time)
{
    /// <summary>One small request per follower, because nobody else would tell a leader that has nothing to write.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private sealed class Known
    {
        /// <summary>The incarnation that has everything; null while none is known to.</summary>
        public string? Incarnation { get; set; }
        public long ComparedAt { get; set; }

        /// <summary>The reset that was the last when it was compared.</summary>
        public EntryVersion ClearedAt { get; set; }

        /// <summary>It was found to hold everything up to here.</summary>
        public EntryVersion HoldsUpTo { get; set; }

        /// <summary>It was a leader, and what it takes back is not decided yet.</summary>
        public bool Undecided { get; set; }

        /// <summary>Whether it answered when it was looked at last.</summary>
        public bool Answered { get; set; } = true;
    }

    private readonly FollowerSync _sync = new(leader, peers);
    private readonly ProbeNews _news = new();

    // By follower; a follower is touched by one look at a time.
    private readonly Dictionary<Peer, Known> _known = [];

    // When which version was the newest: entries of the last period are left to their own delivery.
    private readonly Queue<(long At, EntryVersion Version)> _moments = new();

    public RepairTotals Totals => _sync.Totals;

    /// <summary>Runs until it is cancelled; never throws.</summary>
    /// <param name="later">It begins with the wait between two rounds.</param>
    public async Task RunAsync(bool later, CancellationToken cancellation)
    {
        try
        {
            if (later) await RestAsync(cancellation);
            while (!cancellation.IsCancellationRequested)
            {
                await LookAtAllAsync(cancellation);
                await RestAsync(cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops, or leads no longer.
        }
    }

    private Task RestAsync(CancellationToken cancellation) => time.For(leader, static l => $"{l.NodeId} begins its next repair round: who lacks something?").WaitAsync(Interval, cancellation);

    private async Task LookAtAllAsync(CancellationToken cancellation)
    {
        var followers = leader.Followers;
        foreach (var gone in _known.Keys.Except(followers).ToList()) _known.Remove(gone);
        foreach (var follower in followers) _known.TryAdd(follower, new Known { ComparedAt = time.GetTimestamp() });
        var horizon = Horizon();
        await Task.WhenAll(followers.Select(f => LookAsync(f, _known[f], horizon, cancellation)));
        if (_known.Count > 0) leader.KnownEverywhere(_known.Values.Min(k => k.HoldsUpTo));
    }

    /// <summary>The newest version that is at least one period old.</summary>
    private EntryVersion Horizon()
    {
        _moments.Enqueue((time.GetTimestamp(), leader.LastVersion));
        var period = TimeSpan.FromMilliseconds(leader.Settings.AntiEntropyMs);
        var horizon = EntryVersion.None;
        while (_moments.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= period)
        {
            horizon = oldest.Version;
            if (_moments.Count < 2 || time.GetElapsedTime(_moments.ElementAt(1).At) < period) break;
            _moments.Dequeue();
        }

        return horizon;
    }

    private async Task LookAsync(Peer follower, Known known, EntryVersion horizon, CancellationToken cancellation)
    {
        try
        {
            var state = await leader.AskAsync(follower, peers, PeerCall.Probe, (calls, c) => calls.StateAsync(follower, c), Patience, cancellation, s => _news.IsNews(follower, s));
            known.Answered = true;
            if (state.Highest.Epoch > leader.Epoch)
            {
                leader.Depose(state.Highest.Epoch);
                return;
            }

            if (state.Leads)
            {
                // A leader of an older reign that does not know yet; it is looked at again when it follows.
                await leader.AskAsync(follower, peers, PeerCall.Seal, (calls, c) => calls.SealAsync(follower, leader.Epoch, leader.LeadershipName, c), Patience, cancellation);
                return;
            }

            if (state.Unconfirmed > 0)
            {
                // What others have kept is taken over before a replaced leader takes anything back; those that return with it are given one round.
                var first = !known.Undecided;
                known.Undecided = true;
                if (first || _known.Any(k => k.Key != follower && k.Value is { Answered: true, Incarnation: null, Undecided: false })) return;
                await _sync.DecideAsync(follower, cancellation);
                (known.Incarnation, known.Undecided) = (null, false);
            }

            var compared = await SyncAsync(follower, known, state.Incarnation, horizon, cancellation);
            if ((compared && !state.Remembers) || state.SmallestQuorum != leader.SmallestQuorum)
                await leader.NoteAsync(follower, peers, hasEverything: compared || state.Remembers, leader.SmallestQuorum, Patience, cancellation);
        }
        catch (TransportException)
        {
            known.Answered = false;
        }
        catch (StoreException)
        {
            // The leader's own storage is away: there is nothing to compare with until it is back.
        }
    }

    /// <returns>True when it holds everything now that the leader held when they were compared.</returns>
    private async Task<bool> SyncAsync(Peer follower, Known known, string incarnation, EntryVersion horizon, CancellationToken cancellation)
    {
        var settings = leader.Settings;
        if (settings.Versioning == VersioningMode.Naive)
        {
            // When versions count again, everybody is compared.
            known.Incarnation = null;
            return false;
        }

        var rejoined = incarnation != known.Incarnation;
        if (rejoined && settings.RejoinSync == RejoinSync.None)
        {
            known.Incarnation = incarnation;
            return false;
        }

        // After a reset at once: it may not have reached everybody, and what was on its way may have come after it.
        var clearedAt = leader.ClearedAt;
        var due = clearedAt != known.ClearedAt
            || (settings.AntiEntropyMs > 0 && time.GetElapsedTime(known.ComparedAt).TotalMilliseconds >= settings.AntiEntropyMs);
        if (!rejoined && !due) return false;
        var upTo = rejoined ? leader.LastVersion : horizon;
        var report = await _sync.SyncAsync(follower, rejoined, upTo, cancellation);
        if (report is null) return false;
        known.HoldsUpTo = upTo;
        known.ComparedAt = time.GetTimestamp();
        known.ClearedAt = clearedAt;
        known.Incarnation = incarnation;
        // What was taken over here is news for all the others.
        if (report.Adopted > 0)
            foreach (var other in _known.Where(k => k.Key != follower).Select(k => k.Value)) other.Incarnation = null;
        return true;
    }
}
