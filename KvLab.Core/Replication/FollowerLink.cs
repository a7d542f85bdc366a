using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

/// <summary>One follower as the leader keeps it: the address, the counts, and the switch that ends its deliveries.</summary>
internal sealed partial class FollowerLink(Peer peer, LeaderOptions options, TimeProvider time) : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource _deliveries = new();
    private CancellationToken? _ended;
    private int _pending;
    private EntryVersion _newestAcked;
    private long _acked, _superseded, _failedAttempts, _abandoned;

    // Attempts that failed since the last ack; null failure while the latest attempt succeeded.
    private int _failuresInRow;
    private string? _lastFailure;

    public Peer Peer { get; } = peer;

    /// <summary>Ends the deliveries that began before the next <see cref="EndDeliveries"/>; once closed, every delivery at its start.</summary>
    public CancellationToken Token
    {
        get { lock (_gate) return _ended ?? _deliveries.Token; }
    }

    /// <summary>Why deliveries were ended, for their events.</summary>
    public DeliveryReason EndReason { get; private set; } = DeliveryReason.Removed;

    /// <returns>False when too many deliveries are open already; the write is then counted as abandoned.</returns>
    public bool TryBegin()
    {
        lock (_gate)
        {
            if (_pending >= options.MaxPendingPerFollower)
            {
                _abandoned++;
                return false;
            }

            _pending++;
            return true;
        }
    }

    public void Acked(EntryVersion version, bool superseded)
    {
        lock (_gate)
        {
            _pending--;
            _acked++;
            if (superseded) _superseded++;
            _newestAcked = EntryVersion.Max(_newestAcked, version);
            var wasDown = IsDown;
            _failuresInRow = 0;
            _lastFailure = null;
            if (wasDown) ReleaseWaiting();
        }
    }

    public void AttemptFailed(string failure)
    {
        lock (_gate)
        {
            _failedAttempts++;
            _failuresInRow++;
            _lastFailure = failure;
        }
    }

    public void Abandoned()
    {
        lock (_gate)
        {
            _pending--;
            _abandoned++;
        }
    }

    public FollowerProgress Progress()
    {
        lock (_gate)
            return new FollowerProgress(Peer.Id, Peer.Url, _pending, _newestAcked, _acked, _superseded, _failedAttempts, _abandoned, _lastFailure);
    }

    /// <summary>Cancels every open delivery; later ones run under a new token.</summary>
    public void EndDeliveries(DeliveryReason reason) => End(reason, forGood: false);

    /// <summary>
    /// Cancels every open delivery and every later one: a write that read the list of followers before this one was removed
    /// must not go on trying to reach it for ever.
    /// </summary>
    public void Close(DeliveryReason reason) => End(reason, forGood: true);

    private void End(DeliveryReason reason, bool forGood)
    {
        CancellationTokenSource ended;
        lock (_gate)
        {
            if (_ended is not null) return;
            EndReason = reason;
            ended = _deliveries;
            if (forGood) _ended = ended.Token;
            else _deliveries = new CancellationTokenSource();
        }

        ended.Cancel();
        ended.Dispose();
    }

    public void Dispose() => _deliveries.Dispose();
}
