using KvLab.Core.Events;

namespace KvLab.Core.Observation.Series;

/// <summary>Some events that follow each other in the log.</summary>
/// <param name="start">Position of the first among all events that ever were in the log.</param>
public abstract class EventRun(long start)
{
    public long Start => start;
    public abstract int Count { get; }

    /// <param name="index">0 is the oldest.</param>
    public abstract NodeEvent this[int index] { get; }
}

/// <summary>Events that came few at a time. One writer; whoever reads reads only what was there when the view was made, and that never changes.</summary>
/// <param name="before">The events that were in it when a keyframe was made; null for none.</param>
public sealed class GrowingRun(long start, EventRun? before = null) : EventRun(start)
{
    public const int Capacity = 512;

    private readonly NodeEvent[] _events = new NodeEvent[Capacity];
    private int _count = before?.Count ?? 0;

    public override int Count => _count;
    public override NodeEvent this[int index] => index < before?.Count ? before[index] : _events[index];
    public bool IsFull => _count == Capacity;

    public void Add(NodeEvent nodeEvent) => _events[_count++] = nodeEvent;
}

/// <summary>
/// Events of a large batch, kept as they travelled and unpacked when somebody looks. As objects they would outlive several collections of a busy
/// dashboard, which was a quarter of all that it did; and nearly all fall out of the log without having been looked at.
/// </summary>
/// <param name="packed">A batch as <see cref="EventCodec"/> writes it.</param>
/// <param name="first">Events of the batch before this one are not in the log.</param>
public sealed class PackedRun(long start, ReadOnlyMemory<byte> packed, int first, int count) : EventRun(start)
{
    // Pages that look at the same events share them for as long as one of them does.
    private readonly WeakReference<NodeEvent[]> _unpacked = new(null!);

    public override int Count => count;

    public override NodeEvent this[int index] => Unpacked[first + index];

    private NodeEvent[] Unpacked
    {
        get
        {
            // Two that come at the same moment may both unpack; either's events will do.
            if (_unpacked.TryGetTarget(out var events)) return events;
            events = EventCodec.Read(packed.Span).Events;
            _unpacked.SetTarget(events);
            return events;
        }
    }
}

/// <summary>Several runs as one, where a keyframe has found one: runs fall out of the log whole.</summary>
/// <param name="parts">In order and without gaps.</param>
public sealed class JoinedRun(long start, int count, EventRun[] parts) : EventRun(start)
{
    public override int Count => count;

    public override NodeEvent this[int index]
    {
        get
        {
            var position = Start + index;
            var part = parts.Length - 1;
            while (parts[part].Start > position) part--;
            return parts[part][(int)(position - parts[part].Start)];
        }
    }
}
