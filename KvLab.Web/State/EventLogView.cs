using KvLab.Core.Events;

namespace KvLab.Web.State;

/// <summary>The latest events as of one snapshot, oldest first. Snapshots share the runs; a view reads only what existed when it was made.</summary>
/// <remarks>The same event may be another object the next time: compare node, incarnation and sequence number.</remarks>
public sealed class EventLogView
{
    public static readonly EventLogView Empty = new([], 0, 0);

    private readonly EventRun[] _runs;

    // Readers go from one event to the next; wrong guesses cost a search, so circuits may overwrite each other's.
    private int _lastRun;

    /// <param name="runs">In order and without gaps, the first from <paramref name="discarded"/> on.</param>
    /// <param name="count">Events in all runs together.</param>
    /// <param name="discarded">Events that fell out at the old end.</param>
    public EventLogView(EventRun[] runs, int count, long discarded)
    {
        _runs = runs;
        Count = count;
        Discarded = discarded;
    }

    public int Count { get; }
    public long Discarded { get; }

    /// <param name="index">0 is the oldest.</param>
    public NodeEvent this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            var position = Discarded + index;
            var run = _runs[_lastRun];
            if (position < run.Start || position >= run.Start + run.Count) run = _runs[_lastRun = RunOf(position)];
            return run[(int)(position - run.Start)];
        }
    }

    public IEnumerable<NodeEvent> NewestFirst()
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
