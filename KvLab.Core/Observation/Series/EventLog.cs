using KvLab.Core.Events;

namespace KvLab.Core.Observation.Series;

/// <summary>The latest events. Large batches are kept packed as they came, what comes in small ones is gathered.</summary>
public sealed partial class EventLog(int capacity = StateLimits.Events)
{
    /// <summary>Fewer are not worth a run of their own: a view copies the list of runs.</summary>
    public const int LeastPacked = 64;

    private readonly List<EventRun> _runs = [];
    private GrowingRun? _growing;

    // Positions count all events that ever were in the log. Invariant: _forgotten ≤ _first ≤ Total, and the runs hold all from _first on.
    private long _first;
    private long _forgotten;

    /// <summary>Events that ever were in the log.</summary>
    public long Total { get; private set; }

    private int Count => (int)(Total - _first);

    public void Add(NodeEvent nodeEvent)
    {
        if (_growing is not { IsFull: false })
        {
            MakeRoom(GrowingRun.Capacity);
            _runs.Add(_growing = new GrowingRun(Total));
        }
        _growing.Add(nodeEvent);
        Total++;
    }

    /// <param name="first">Events of the batch before this one came before.</param>
    /// <param name="packed">The batch as it travelled; empty where it did not travel packed.</param>
    public void Add(ReadOnlySpan<NodeEvent> batch, int first, ReadOnlyMemory<byte> packed)
    {
        var count = batch.Length - first;
        if (packed.IsEmpty || count < LeastPacked)
        {
            foreach (var nodeEvent in batch[first..]) Add(nodeEvent);
            return;
        }
        MakeRoom(count);
        _runs.Add(new PackedRun(Total, packed, first, count));
        _growing = null;
        Total += count;
    }

    /// <summary>What is older than this position is of a cluster that is no more: it is left out, and not counted as fallen out.</summary>
    public void ForgetBefore(long position)
    {
        (_first, _forgotten) = (Math.Max(_first, position), position);
        _runs.RemoveAll(run => run.Start + run.Count <= _first && run != _growing);
    }

    public EventLogView View() => new([.. _runs], Count, _first - _forgotten, _first);

    private void MakeRoom(int events)
    {
        while (_runs.Count > 0 && Count + events > capacity)
        {
            _first = Math.Max(_first, _runs[0].Start + _runs[0].Count);
            _runs.RemoveAt(0);
        }
        if (_runs.Count == 0) _growing = null;
    }
}
