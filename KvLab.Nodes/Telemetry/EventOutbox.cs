using KvLab.Core.Events;

namespace KvLab.Nodes.Telemetry;

/// <summary>
/// A node's bounded memory of its own events, between the protocol, which must never wait, and the dashboard, which may be slow or away.
/// Keeps what is not confirmed yet, and some of what is, for a dashboard that starts anew. For one more event than it may keep it drops the
/// oldest: sequence numbers show the gap, <see cref="Dropped"/> counts it.
/// </summary>
/// <remarks>Safe for concurrent use by one publisher (the recorder's lock sees to that) and one sender.</remarks>
public sealed class EventOutbox(OutboxLimits limits) : IEventSink
{
    private readonly Lock _gate = new();

    // A ring of the events _oldest … _newest, without gaps; event s stands at s modulo length. Grows by doubling up to the limit.
    private NodeEvent?[] _ring = new NodeEvent?[Math.Min(256, limits.Events)];
    private long _oldest = 1;
    private long _newest;

    // The highest sequence number that any dashboard confirmed. Never goes back: what was seen once is not lost when it leaves the ring.
    private long _confirmed;

    // The highest that was handed out and may still be confirmed.
    private long _underWay;
    private long _droppedBefore;
    private TaskCompletionSource _arrival = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public OutboxLimits Limits => limits;

    /// <summary>The oldest event that can still be sent.</summary>
    public long Oldest
    {
        get { lock (_gate) return _oldest; }
    }

    /// <summary>The newest event; 0 before the first.</summary>
    public long Newest
    {
        get { lock (_gate) return _newest; }
    }

    public long Confirmed
    {
        get { lock (_gate) return _confirmed; }
    }

    public int Count
    {
        get { lock (_gate) return (int)(_newest - _oldest + 1); }
    }

    /// <summary>Events that no dashboard has seen and none will.</summary>
    public long Dropped
    {
        get { lock (_gate) return _droppedBefore + UnseenGap(); }
    }

    public void Publish(NodeEvent nodeEvent)
    {
        TaskCompletionSource? arrival = null;
        lock (_gate)
        {
            if (nodeEvent.Sequence != _newest + 1)
                throw new ArgumentException($"Event {nodeEvent.Sequence} follows {_newest}: the ring relies on numbers without gaps.", nameof(nodeEvent));
            if (_newest - _oldest + 1 == _ring.Length && !Grow()) _oldest++;
            _ring[nodeEvent.Sequence % _ring.Length] = nodeEvent;
            _newest = nodeEvent.Sequence;
            TrimHistory();
            if (!_arrival.Task.IsCompleted) arrival = _arrival;
        }

        arrival?.TrySetResult();
    }

    /// <summary>Completes when there is an event newer than <paramref name="sequence"/>.</summary>
    public Task WaitForNewerAsync(long sequence, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_newest > sequence) return Task.CompletedTask;
            if (_arrival.Task.IsCompleted) _arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _arrival.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>The events behind <paramref name="after"/> that fit into one message, oldest first; empty when there are none.</summary>
    public NodeEvent[] Take(long after)
    {
        lock (_gate)
        {
            SettleGap();
            var first = Math.Max(after + 1, _oldest);
            var count = 0;
            for (var bytes = 0; count < limits.BatchEvents && first + count <= _newest; count++)
            {
                bytes += EventSize.Estimate(_ring[(first + count) % _ring.Length]!);
                if (count > 0 && bytes > limits.BatchBytes) break;
            }

            var batch = new NodeEvent[count];
            for (var i = 0; i < count; i++) batch[i] = _ring[(first + i) % _ring.Length]!;
            if (count > 0) _underWay = Math.Max(_underWay, first + count - 1);
            return batch;
        }
    }

    /// <summary>The dashboard has everything up to here.</summary>
    public void Confirm(long sequence)
    {
        lock (_gate)
        {
            _confirmed = Math.Max(_confirmed, Math.Min(sequence, _newest));
            _underWay = _confirmed;
            TrimHistory();
        }
    }

    /// <summary>What was under way will not be confirmed any more; it stays here to be sent again.</summary>
    public void GiveUpWhatIsUnderWay()
    {
        lock (_gate) _underWay = _confirmed;
    }

    // Events that left the ring before anybody had, or may yet have, confirmed them.
    private long UnseenGap() => Math.Max(0, _oldest - 1 - Math.Max(_confirmed, _underWay));

    // The gap counts for good before events behind it are sent: their confirmation would hide it.
    private void SettleGap()
    {
        var gap = UnseenGap();
        if (gap == 0) return;
        _droppedBefore += gap;
        _confirmed = _underWay = _oldest - 1;
    }

    private bool Grow()
    {
        if (_ring.Length >= limits.Events) return false;
        var larger = new NodeEvent?[Math.Min(limits.Events, _ring.Length * 2)];
        for (var s = _oldest; s <= _newest; s++) larger[s % larger.Length] = _ring[s % _ring.Length];
        _ring = larger;
        return true;
    }

    private void TrimHistory()
    {
        var keepFrom = Math.Min(_confirmed + 1, _newest - limits.History + 1);
        for (; _oldest < keepFrom; _oldest++) _ring[_oldest % _ring.Length] = null;
    }
}
