using KvLab.Core.Events;

namespace KvLab.Web.State;

/// <summary>
/// The latest events as of one snapshot, oldest first. Full chunks are shared between snapshots; the last chunk is append-only, and a
/// view reads only the part that existed when it was made.
/// </summary>
public sealed class EventLogView
{
    public const int ChunkSize = 512;
    public static readonly EventLogView Empty = new([], 0, 0);

    private readonly NodeEvent[][] _chunks;

    /// <param name="chunks">All but the last are full.</param>
    /// <param name="count">Events in all chunks together.</param>
    /// <param name="discarded">Events that fell out at the old end.</param>
    public EventLogView(NodeEvent[][] chunks, int count, long discarded)
    {
        _chunks = chunks;
        Count = count;
        Discarded = discarded;
    }

    public int Count { get; }
    public long Discarded { get; }

    /// <param name="index">0 is the oldest.</param>
    public NodeEvent this[int index] => _chunks[index / ChunkSize][index % ChunkSize];

    public IEnumerable<NodeEvent> NewestFirst()
    {
        for (var i = Count - 1; i >= 0; i--) yield return this[i];
    }
}
