using KvLab.Core.Events;
using KvLab.Web.State;

namespace KvLab.Web.Ingest;

/// <summary>
/// The latest events in chunks. A view copies only the list of chunks: full chunks never change, and the last one only grows beyond
/// what older views read.
/// </summary>
public sealed class EventLog(int capacity = StateLimits.Events)
{
    private readonly List<NodeEvent[]> _chunks = [];
    private int _count;
    private long _discarded;

    public void Add(NodeEvent e)
    {
        if (_count == _chunks.Count * EventLogView.ChunkSize) MakeRoom();
        _chunks[^1][_count % EventLogView.ChunkSize] = e;
        _count++;
    }

    public EventLogView View() => new([.. _chunks], _count, _discarded);

    private void MakeRoom()
    {
        if (_count + EventLogView.ChunkSize > capacity && _chunks.Count > 0)
        {
            _chunks.RemoveAt(0);
            _count -= EventLogView.ChunkSize;
            _discarded += EventLogView.ChunkSize;
        }
        _chunks.Add(new NodeEvent[EventLogView.ChunkSize]);
    }
}
