using KvLab.Core.Durability;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private DurabilityLedger _ledger = new();

    // Null where it is made anew when somebody looks.
    private DurabilityView? _durability = DurabilityView.Empty;
    private bool _durabilityTouched;

    private void FollowDurability(NodeRecord node, NodeEvent e)
    {
        switch (e.Kind)
        {
            case EventKind.WriteAccepted: FollowAcceptance(node, e); break;
            // In naive mode a late ack may name what was replaced meanwhile; there only what the nodes say themselves counts.
            case EventKind.DeliveryAcked when e.Peer is not null && !e.Naive:
                _ledger.Confirmed(e.Peer, e.Key!, e.EntryVersion, e.Held.IsNone ? e.EntryVersion : e.Held);
                break;
            case EventKind.WriteAnswered when e.Reason == Success: FollowAnswer(node, e); break;
            case EventKind.EntryApplied when e.Naive: HoldExactly(node, e); break;
            case EventKind.EntryApplied:
            case EventKind.EntryDuplicate: _ledger.Holds(node.Id, e.Key!, e.EntryVersion); break;
            case EventKind.EntryRefused: _ledger.Holds(node.Id, e.Key!, e.Held); break;
            case EventKind.StoreCleared: FollowReset(node); break;
            case EventKind.EntryRolledBack: _ledger.RolledBack(node.Id, e.Key!, e.EntryVersion, e.Held, _now.Utc); break;
            case EventKind.EntryRemoved: _ledger.HoldsExactly(node.Id, e.Key!, e.Held, "removed it after a reset", _now.Utc); break;
            default: return;
        }
        _durabilityTouched = true;
    }

    private void FollowAcceptance(NodeRecord leader, NodeEvent e)
    {
        _ledger.Accepted(leader.Id, e.Key!, e.EntryVersion, e.Naive ? EntryVersion.None : EntryVersion.Max(e.EntryVersion, e.Held));
        if (e.Naive && (e.Held.IsNone || e.Held == e.EntryVersion)) HoldExactly(leader, e);
    }

    private void HoldExactly(NodeRecord node, NodeEvent e) =>
        _ledger.HoldsExactly(node.Id, e.Key!, e.EntryVersion, "replaced it by an older write (naive mode)", _now.Utc);

    private void FollowAnswer(NodeRecord leader, NodeEvent e)
    {
        // Told by its client before, when the report was long in coming.
        if (_ledger.Knows(e.EntryVersion)) return;
        _ledger.Answered(new AcknowledgedWrite(e.EntryVersion, e.Key!, leader.Id, e.Required ?? 0, e.Acks ?? 0, _now.Utc, e.Naive, e.LeaderCounted));
    }

    private void FollowReset(NodeRecord node)
    {
        if (node.Role == NodeRoles.Leader)
        {
            _ledger.Clear();
            ForgetPromises();
        }
        _ledger.Emptied(node.Id, "was emptied", _now.Utc);
    }

    /// <summary>Its storage came back without what had been stored in it; the node itself went on.</summary>
    private void FollowLostStorage(NodeRecord node)
    {
        EmptyCells(node);
        _ledger.Emptied(node.Id, "lost its storage", _now.Utc);
        _durabilityTouched = true;
    }

    private void BeginLife(NodeRecord node, bool storageIsNew)
    {
        // News of the life before is at an end, and with it the hope for a report.
        KeepPromises(long.MaxValue);
        // What lies on a disk does not begin anew with the process, unless somebody removed it.
        if (!node.IsDurable) _ledger.Began(node.Id, _now.Utc);
        else if (storageIsNew) _ledger.Began(node.Id, _now.Utc, "storage");
        _durabilityTouched = true;
    }

    /// <summary>Before the node's record says that its process ended or begins.</summary>
    private void FollowProcess(NodeRecord node, NodeState state)
    {
        if (state.IsDown() && !node.State.IsDown())
        {
            NoteGap(node, state);
            var how = state == NodeState.Crashed ? "crashed" : node.Stopping ? "was stopped" : "was killed";
            if (!node.IsDurable) _ledger.Ended(node.Id, how, _now.Utc);
            _durabilityTouched = true;
            Mark(node.Id, how.Replace("was ", "", StringComparison.Ordinal));
        }
        else if (state == NodeState.Starting && node.State.IsDown())
        {
            Mark(node.Id, "started");
        }
    }

    /// <summary>Promises that were lost, as they were judged last.</summary>
    internal long PromisesLost => _ledger.CountJudged().Lost;

    /// <summary>As of the last message.</summary>
    public DurabilityRow? FindDurability(EntryVersion version) => _ledger.Find(version, _now.Utc);

    /// <summary>As of the last message.</summary>
    public BeyondReach DurabilityBeyond(IReadOnlyCollection<string> nodes, int listed) => _ledger.Beyond(nodes, listed, _now.Utc);

    private void JudgeDurability()
    {
        if (!_durabilityTouched) return;
        _ledger.Judge(_now.Utc);
        (_durabilityTouched, _durability) = (false, null);
    }

    private DurabilityView LookAtLedger()
    {
        var counts = _ledger.CountJudged();
        return new DurabilityView(counts, _ledger.LatestJudged(StateLimits.DurabilityRows), counts.Lost == 0 ? [] : _ledger.LostJudged(StateLimits.LostRows)) { Gaps = ViewGaps() };
    }
}
