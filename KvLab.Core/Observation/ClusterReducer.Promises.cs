using KvLab.Core.Observation.Messages;
using System.Collections.Immutable;
using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    /// <summary>How long a promise to a client of this dashboard waits for the leader's own report, which knows who had acknowledged.</summary>
    public const int ReportPatienceMs = 2_000;

    /// <summary>How much longer where nobody is known to hold what was promised: whoever says that it is lost must not have to take it back.</summary>
    public const int SilencePatienceMs = 13_000;

    // Answers whose report has not come, in the order in which they were given.
    private readonly List<(AcknowledgedWrite Write, bool Success, long AtMs)> _promises = [];
    private readonly Queue<GapRecord> _gaps = new();
    private int _readsBackwards;

    private void HearClients(ClientsTold told)
    {
        foreach (var (write, success) in told.Answers)
        {
            _promises.Add((WithItsRule(write), success, _now.Ms));
            if (_nodes.TryGetValue(write.Leader, out var leader)) CountAnswer(leader, write.Version, success);
        }
        foreach (var read in told.Reads ?? []) _traffic.Read(read, _began?.OriginNs ?? 0);
        _changed |= told.Backwards > 0;
        _readsBackwards = (int)Math.Min(int.MaxValue, (long)_readsBackwards + Math.Max(0, told.Backwards));
        if (told.Unreachable == 0) return;
        _availability.Unreachable(_now.Ms, told.Unreachable);
        _changed = true;
    }

    /// <summary>A client knows only its own answer; by which rule it was given the leader's earlier reports about that write may tell.</summary>
    private AcknowledgedWrite WithItsRule(AcknowledgedWrite promise) => _writes.TryGetValue(promise.Version, out var write)
        ? promise with { Naive = write.Naive, LeaderCounted = write.LeaderCounted }
        : promise with { Naive = _settings?.Versioning == VersioningMode.Naive, LeaderCounted = _settings?.QuorumCountsLeader == true };

    /// <summary>
    /// A promise whose report does not come is a promise all the same. Where no replica is known to hold it, and its leader may still tell, it is waited for longer: what is late on a busy
    /// machine is not lost. A leader that has ended reports nothing more, so nobody waits for it, but for the news of those that
    /// hold the write: without them it would look lost for a moment.
    /// </summary>
    private void KeepPromises(long madeBeforeMs)
    {
        if (_promises.Count == 0) return;
        _promises.RemoveAll(promise =>
        {
            var over = ReportsNoMore(promise.Write.Leader);
            if (!over && promise.AtMs >= madeBeforeMs) return false;
            var known = !promise.Success || _ledger.IsHeld(promise.Write.Key, promise.Write.Version);
            var due = promise.AtMs < madeBeforeMs - (known || HasEnded(promise.Write.Leader) ? 0 : SilencePatienceMs);
            if (!due && !(over && known)) return false;
            if (over) AnsweredAsTold(promise.Write, promise.Success);
            if (!promise.Success || _ledger.Knows(promise.Write.Version)) return true;
            _ledger.Answered(promise.Write);
            _durabilityTouched = _changed = true;
            return true;
        });
    }

    private bool HasEnded(string leader) => !_nodes.TryGetValue(leader, out var node) || node.State.IsDown();

    private bool ReportsNoMore(string leader) => HasEnded(leader) && _nodes.TryGetValue(leader, out var node) && node.ToldAll;

    /// <summary>Its leader ended before it could report the answer, but the client is one of ours.</summary>
    private void AnsweredAsTold(AcknowledgedWrite told, bool success)
    {
        if (!_writes.TryGetValue(told.Version, out var write) || write.Status is not null || write.Forgotten) return;
        write.Status = success ? WriteStatus.Success : WriteStatus.PartialSuccess;
        (write.Acks, write.Required, write.Reason) = (told.Acks, told.Required, null);
        (write.Period ?? _figures.Current).Answered(success, elapsedMs: null);
        _figures.Touch();
        CloseGap(write);
        EndWait(write);
        write.Touch();
        _writesTouched |= write.Shown;
        _changed = true;
    }

    private void ForgetPromises()
    {
        _promises.Clear();
        _gaps.Clear();
        _readsBackwards = 0;
    }

    /// <summary>A leader that was killed, or crashed, takes its last reports with it. One that was asked to end handed them over.</summary>
    private void NoteGap(NodeRecord node, NodeState state)
    {
        if (node.Role != NodeRoles.Leader || node.Stopping || _reign == 0) return;
        var gap = new GapRecord(node.Id, node.LastSeen, _now.Utc);
        foreach (var write in _writes.Values.Where(w => w.Leader == node.Id && w is { Status: null, Forgotten: false, Gap: null }))
        {
            write.Gap = gap;
            gap.Unanswered++;
        }

        _gaps.Enqueue(gap);
        if (_gaps.Count > StateLimits.ReportGaps) _gaps.Dequeue();
        _durabilityTouched = true;
    }

    /// <summary>What became of it is known after all.</summary>
    private void CloseGap(WriteRecord write)
    {
        if (write.Gap is not { } gap) return;
        gap.Unanswered--;
        write.Gap = null;
        _durabilityTouched = true;
    }

    /// <summary>The latest first.</summary>
    private ImmutableArray<ReportGap> ViewGaps() => [.. _gaps.Reverse().Select(g => g.View())];
}
