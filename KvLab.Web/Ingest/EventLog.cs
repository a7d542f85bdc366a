using KvLab.Core.Events;
using KvLab.Web.State;

namespace KvLab.Web.Ingest;

/// <summary>The latest events. Large batches are kept packed as they came, what comes in small ones is gathered.</summary>
public sealed class EventLog(int capacity = StateLimits.Events)
{
    /// <summary>Fewer are not worth a run of their own: a view copies the list of runs.</summary>
    public const int LeastPacked = 64;

    private readonly List<EventRun> _runs = [];
    private GrowingRun? _growing;
    private long _total;
    private long _discarded;

    private int Count => (int)(_total - _discarded);

    public void Add(NodeEvent nodeEvent)
    {
        if (_growing is not { IsFull: false })
        {
            MakeRoom(GrowingRun.Capacity);
            _runs.Add(_growing = new GrowingRun(_total));
        }
        _growing.Add(nodeEvent);
        _total++;
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
        _runs.Add(new PackedRun(_total, packed, first, count));
        _growing = null;
        _total += count;
    }

    public EventLogView View() => new([.. _runs], Count, _discarded);

    private void MakeRoom(int events)
    {
        while (_runs.Count > 0 && Count + events > capacity)
        {
            _discarded += _runs[0].Count;
            _runs.RemoveAt(0);
        }
        if (_runs.Count == 0) _growing = null;
    }
}
