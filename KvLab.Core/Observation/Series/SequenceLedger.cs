using KvLab.Core.Events;
using KvLab.Core.Keyframes;

namespace KvLab.Core.Observation.Series;

/// <summary>
/// Counts what came from one node, over all its incarnations, and tells new events from those that came again.
/// </summary>
public sealed class SequenceLedger
{
    private string? _incarnation;

    // Invariant: every sequence number up to here of this incarnation was taken in, or is counted in Gaps.
    private long _highest;
    private long _droppedBefore;
    private long _droppedNow;

    /// <summary>Distinct events taken in.</summary>
    public long Received { get; private set; }

    /// <summary>Events that came again and were put aside.</summary>
    public long Doubles { get; private set; }

    /// <summary>Sequence numbers that never came.</summary>
    public long Gaps { get; private set; }

    /// <summary>Events that the node dropped itself because its buffer was full.</summary>
    public long Dropped => _droppedBefore + _droppedNow;

    public string? Incarnation => _incarnation;

    /// <returns>True when this is an incarnation that was not known before.</returns>
    public bool Introduce(NodeHello hello)
    {
        var isNew = Begin(hello.Incarnation);
        if (isNew && hello.OldestSequence > 1)
        {
            // A dashboard that was not there from the start: what came before was acknowledged to an earlier one,
            // except for what the node says it dropped.
            _highest = hello.OldestSequence - 1;
            Gaps += Math.Min(hello.Dropped, _highest);
        }
        _droppedNow = Math.Max(_droppedNow, hello.Dropped);
        return isNew;
    }

    /// <summary>Notes a batch's own figures. Call before its events are taken in.</summary>
    public void Begin(EventBatch batch)
    {
        Begin(batch.Incarnation);
        _droppedNow = Math.Max(_droppedNow, batch.Dropped);
    }

    /// <param name="events">In ascending order of sequence numbers.</param>
    /// <returns>How many of the first came before; all behind them are new.</returns>
    public int TakeIn(ReadOnlySpan<NodeEvent> events)
    {
        var known = 0;
        foreach (var e in events)
        {
            if (!IsNew(e.Sequence)) known++;
        }
        return known;
    }

    /// <summary>For whoever has no more than the beginning of a batch: its events have numbers without gaps.</summary>
    internal int TakeIn(string incarnation, long firstSequence, int count)
    {
        Begin(incarnation);
        var known = (int)Math.Clamp(_highest - firstSequence + 1, 0, count);
        _highest = Math.Max(_highest, firstSequence + count - 1);
        return known;
    }

    internal int TakeIn(string incarnation, ReadOnlySpan<NodeEvent> events)
    {
        Begin(incarnation);
        return TakeIn(events);
    }

    /// <summary>True exactly once for every sequence number.</summary>
    public bool IsNew(long sequence)
    {
        if (sequence <= _highest)
        {
            Doubles++;
            return false;
        }
        Gaps += sequence - _highest - 1;
        _highest = sequence;
        Received++;
        return true;
    }

    internal void Save(KeyframeWriter writer)
    {
        writer.Text(_incarnation);
        foreach (var number in (ReadOnlySpan<long>)[_highest, _droppedBefore, _droppedNow, Received, Doubles, Gaps]) writer.Signed(number);
    }

    internal static SequenceLedger Load(ref KeyframeReader reader) => new()
    {
        _incarnation = reader.TextOrNone(),
        _highest = reader.Signed(),
        _droppedBefore = reader.Signed(),
        _droppedNow = reader.Signed(),
        Received = reader.Signed(),
        Doubles = reader.Signed(),
        Gaps = reader.Signed(),
    };

    private bool Begin(string incarnation)
    {
        if (_incarnation == incarnation) return false;
        _incarnation = incarnation;
        _highest = 0;
        _droppedBefore += _droppedNow;
        _droppedNow = 0;
        return true;
    }
}
