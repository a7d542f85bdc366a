using KvLab.Core.Configuration;
using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Replication;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation;

public sealed partial class ClusterReducer
{
    private static readonly string Once = EnumNames.NameOf(DeliveryReason.Once);
    private static readonly string Success = EnumNames.NameOf(WriteStatus.Success);

    // Invariant: holds every write that is shown, or open (waiting for its answer or for a delivery).
    private readonly Dictionary<EntryVersion, WriteRecord> _writes = [];
    private readonly Queue<WriteRecord> _shown = new();
    private readonly Window<LatencyPoint> _latencies = new(StateLimits.LatencyPoints);
    private ImmutableArray<WriteView> _writeViews = [];
    private bool _writesTouched;
    private int _inFlight;
    private int _pendingDeliveries;
    private (LiveSettings Settings, int Followers, double? MeanMs)? _prediction;

    private void Accept(NodeRecord leader, NodeEvent e)
    {
        StoreAtLeader(leader, e);
        var period = _figures.Current;
        period.Accepted();
        _figures.Touch();
        // A write beyond the limit is counted above, but not followed.
        if (_writes.Count >= StateLimits.OpenWrites || _writes.ContainsKey(e.EntryVersion)) return;
        var write = new WriteRecord(e.EntryVersion, e.Key!, leader.Id, period) { Value = e.Value, Naive = e.Naive, At = e.At, StoredMs = e.ElapsedMs, Required = _settings?.WriteQuorum ?? 0 };
        _writes.Add(write.Version, write);
        _inFlight++;
        _shown.Enqueue(write);
        _writesTouched = true;
        if (_shown.Count > StateLimits.Writes)
        {
            var oldest = _shown.Dequeue();
            oldest.Shown = false;
            ForgetIfClosed(oldest);
        }
    }

    private void BeginReplication(NodeEvent e)
    {
        if (Find(e) is not { } write || write.Deliveries.Length > 0) return;
        var peers = e.Peers ?? [];
        (write.Required, write.LeaderCounted) = (e.Required ?? write.Required, e.LeaderCounted);
        if (!write.Forgotten) write.Period = _figures.Place(write.Period, write.Required);
        write.Deliveries = [.. peers.Select((peer, i) => new DeliveryRecord(peer, e.DelaysMs is { } delays && i < delays.Length ? delays[i] : 0) { StoredMs = StoredBefore(write, peer) })];
        write.OpenDeliveries = peers.Length;
        write.PredictedMs = Predict(write.Required, peers.Length);
        _pendingDeliveries += peers.Length;
    }

    private double? Predict(int required, int followers)
    {
        if (_settings is null || required > _settings.LargestQuorum(followers)) return null;
        var settings = _settings with { WriteQuorum = required };
        if (_prediction is not { } known || known.Settings != settings || known.Followers != followers)
            _prediction = known = (settings, followers, predictMeanMs(settings, followers));
        return known.MeanMs;
    }

    /// <summary>Each node tells on a connection of its own: a follower's storing may be known before the leader said that it sends.</summary>
    private double? StoredBefore(WriteRecord write, string peer) =>
        _nodes.TryGetValue(peer, out var node) && node.IsDurable && _rows.TryGetValue(write.Key, out var row)
        && row.Cells.TryGetValue(peer, out var cell) && cell.Version == write.Version ? cell.StoredMs : null;

    private void NoteStored(NodeRecord follower, NodeEvent e)
    {
        if (Find(e) is not { } write || Array.Find(write.Deliveries, d => d.Follower == follower.Id) is not { } delivery) return;
        delivery.StoredMs = e.ElapsedMs;
    }

    private void Ack(NodeEvent e)
    {
        if (FindDelivery(e) is not var (write, delivery)) return;
        Complete(write, delivery, e);
        delivery.Outcome = e.Outcome ?? DeliveryOutcome.Applied;
        delivery.Held = e.Held;
        delivery.Reason = null;
        Close(write, delivery);
    }

    private void Fail(NodeEvent e)
    {
        if (e.Peer is not null && _nodes.TryGetValue(e.Peer, out var node)) node.Failed++;
        if (FindDelivery(e) is not var (write, delivery)) return;
        Complete(write, delivery, e);
        delivery.Outcome = DeliveryOutcome.Failed;
        delivery.Reason = e.Reason;
    }

    private void Abandon(NodeEvent e)
    {
        if (FindDelivery(e) is not var (write, delivery)) return;
        if (delivery.Outcome == DeliveryOutcome.Pending) Complete(write, delivery, e);
        delivery.Outcome = e.Outcome ?? DeliveryOutcome.Failed;
        delivery.Reason = e.Reason == Once && delivery.Reason is not null ? delivery.Reason : e.Reason;
        Close(write, delivery);
    }

    private static void Complete(WriteRecord write, DeliveryRecord delivery, NodeEvent e)
    {
        delivery.CompletedMs = e.ElapsedMs;
        delivery.Late = e.Late || write.Answered;
        delivery.Attempts = Math.Max(delivery.Attempts, e.Attempt ?? 1);
    }

    private void Close(WriteRecord write, DeliveryRecord delivery)
    {
        if (!delivery.Open) return;
        delivery.Open = false;
        write.OpenDeliveries--;
        _pendingDeliveries--;
        ForgetIfClosed(write);
    }

    private void Answer(NodeRecord node, NodeEvent e)
    {
        var success = e.Reason == Success;
        var write = Find(e);
        if (write is not null)
        {
            write.Status = success ? WriteStatus.Success : WriteStatus.PartialSuccess;
            write.Acks = e.Acks;
            (write.Required, write.LeaderCounted) = (e.Required ?? write.Required, e.LeaderCounted);
            write.ElapsedMs = e.ElapsedMs;
            write.Reason = e.Detail;
            CloseGap(write);
            EndWait(write);
            ForgetIfClosed(write);
            if (write.Forgotten) return;
        }
        (write?.Period ?? _figures.Current).Answered(success, e.ElapsedMs ?? 0);
        _figures.Touch();
        CountAnswer(node, e.EntryVersion, success);
        _latencies.Add(new LatencyPoint(e.EntryVersion, e.ElapsedMs ?? 0, success, e.Required ?? 0, write?.PredictedMs));
    }

    private void EndWait(WriteRecord write)
    {
        if (write.Answered) return;
        write.Answered = true;
        _inFlight--;
    }

    /// <summary>A leader's process is gone: nobody will answer its writes, and nobody will deliver them.</summary>
    private void EndOpenWrites(NodeRecord leader)
    {
        _traffic.EndedLeader(leader.Id);
        foreach (var write in _writes.Values.Where(w => !w.IsClosed && w.Leader == leader.Id).ToArray())
        {
            if (!write.Answered) write.Reason = Explain.LeaderEnded;
            EndWait(write);
            foreach (var delivery in write.Deliveries.Where(d => d.Open))
            {
                if (delivery.Outcome == DeliveryOutcome.Pending)
                {
                    delivery.Outcome = DeliveryOutcome.Failed;
                    delivery.Reason = Explain.LeaderEnded;
                }
                Close(write, delivery);
            }
            write.Touch();
            ForgetIfClosed(write);
        }
        _writesTouched = true;
    }

    /// <summary>Begins all figures anew. Writes that are open are followed to their end, so that "in flight" stays true.</summary>
    private void ForgetWrites()
    {
        _shown.Clear();
        _latencies.Clear();
        _lags.Clear();
        _availability.Clear();
        _entriesNotShown = 0;
        _figures.Clear(_now.Utc, PredictedMean);
        foreach (var write in _writes.Values.ToArray())
        {
            write.Shown = false;
            write.Forgotten = true;
            ForgetIfClosed(write);
        }
        _writesTouched = true;
    }

    private void ForgetIfClosed(WriteRecord write)
    {
        if (write is { Shown: false, IsClosed: true }) _writes.Remove(write.Version);
    }

    private WriteRecord? Find(NodeEvent e)
    {
        if (!_writes.TryGetValue(e.EntryVersion, out var write)) return null;
        write.Touch();
        _writesTouched |= write.Shown;
        return write;
    }

    private (WriteRecord Write, DeliveryRecord Delivery)? FindDelivery(NodeEvent e) =>
        Find(e) is { } write && Array.Find(write.Deliveries, d => d.Follower == e.Peer) is { } delivery ? (write, delivery) : null;

    private ImmutableArray<WriteView> ViewWrites()
    {
        if (_writesTouched)
        {
            _writeViews = [.. _shown.Reverse().Select(w => w.View())];
            _writesTouched = false;
        }
        return _writeViews;
    }
}
