using KvLab.Core.Events;

namespace KvLab.Core.Observation.Series;

/// <summary>The latest events as of one snapshot, oldest first. Snapshots share the runs; a view reads only what existed when it was made.</summary>
/// <remarks>The same event may be another object the next time: compare node, incarnation and sequence number.</remarks>
public sealed class EventLogView
{
    public static readonly EventLogView Empty = new([], 0, 0);

    private readonly EventRun[] _runs;

    // Readers go from one event to the next; wrong guesses cost a search, so circuits may overwrite each other's.
    private int _lastRun;

    /// <param name="runs">In order and without gaps.</param>
    /// <param name="count">Events from <paramref name="first"/> to the end.</param>
    /// <param name="discarded">Events that fell out at the old end since the last reset.</param>
    /// <param name="first">Position of the oldest event that is in the log; by default so many as fell out came before it.</param>
    public EventLogView(EventRun[] runs, int count, long discarded, long? first = null)
    {
        _runs = runs;
        Count = count;
        Discarded = discarded;
        First = first ?? discarded;
    }

    public int Count { get; }
    public long Discarded { get; }

    /// <summary>Position of the oldest among all events that ever were in the log.</summary>
    public long First { get; }

    /// <param name="index">0 is the oldest.</param>
    public NodeEvent this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var position = First + index;
            var run = _runs[_lastRun];
            if (position < run.Start || position >= run.Start + run.Count) run = _runs[_lastRun = RunOf(position)];
            return run[(int)(position - run.Start)];
        }
    }

    /// <summary>
    /// By the time that each event shows, and what has the same time in the order in which it came, which is a node's sequence: nodes report in batches, so
    /// what comes last need not have happened last.
    /// </summary>
    public IEnumerable<NodeEvent> NewestFirst() => LatestArrivalFirst().OrderByDescending(e => e.At);

    public IEnumerable<NodeEvent> LatestArrivalFirst()
    {
        for (var i = Count - 1; i >= 0; i--) yield return this[i];
    }

    /// <summary>The last run that starts at or before the position.</summary>
    private int RunOf(long position)
    {
        var (low, high) = (0, _runs.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs[middle].Start <= position) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
