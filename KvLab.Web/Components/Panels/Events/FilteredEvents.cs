using System.Collections;
using System.Runtime.InteropServices;
using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Components.Bases;

namespace KvLab.Web.Components.Panels.Events;

/// <param name="Ordinal">How many passed the filter before it, those included that fell out of the log.</param>
public readonly record struct EventLine(long Ordinal, NodeEvent Event);

/// <summary>
/// The events that pass a filter, newest first by the time that they show, as a list that is cheap to ask for any part. A newer log of the same filter costs
/// its new events and those that happened after the oldest of them: nodes report in batches, so what comes last need not have happened last.
/// </summary>
/// <remarks>Positions count from the first event that ever was in the log, so that they survive what falls out at its old end.</remarks>
public sealed class FilteredEvents : IList<EventLine>
{
    /// <param name="Event">Null without a filter: the log has it, and as an object it would outlive several collections.</param>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Line(long Ticks, long Position, NodeEvent? Event) : IComparable<Line>
    {
        // Of one node what came later has the higher sequence, so equal times keep it.
        public int CompareTo(Line other) => Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : Position.CompareTo(other.Position);
    }

    // Oldest first.
    private readonly List<Line> _lines = [];
    private readonly List<Line> _news = [];
    private EventLogView _log = EventLogView.Empty;
    private EventFilter _filter = EventFilter.None;
    private Labels _labels = Labels.Plain;
    private long _from;
    private long _next;
    private long _first;

    // Lines that are in the list no more.
    private long _gone;

    public int Count => _lines.Count;

    /// <param name="index">0 is the newest.</param>
    public EventLine this[int index]
    {
        get
        {
            var line = _lines[_lines.Count - 1 - index];
            return new EventLine(_gone + _lines.Count - 1 - index, line.Event ?? _log[(int)(line.Position - _log.First)]);
        }
        set => throw new NotSupportedException();
    }

    /// <summary>The ordinal of the newest; −1 when there was none.</summary>
    public long Newest => _gone + _lines.Count - 1;

    /// <param name="labels">The words that a text is looked for in.</param>
    /// <param name="from">Events before this position are not shown: they were cleared from this view.</param>
    public void Update(EventLogView log, EventFilter filter, Labels labels, long from = 0)
    {
        var again = filter != _filter || (filter.Text is not null && labels != _labels) || from != _from || log.Total() < _next;
        (_log, _filter, _labels, _from) = (log, filter, labels, from);
        if (again)
        {
            _lines.Clear();
            (_next, _gone, _first) = (0, 0, 0);
        }

        if (log.First > _first)
        {
            _first = log.First;
            _gone += _lines.RemoveAll(line => line.Position < _first);
        }

        var total = log.Total();
        for (var position = Math.Max(Math.Max(_next, from), log.First); position < total; position++)
        {
            var e = log[(int)(position - log.First)];
            if (filter.IsEmpty || filter.Matches(e, labels)) _news.Add(new Line(e.At.UtcTicks, position, filter.IsEmpty ? null : e));
        }
        _next = total;
        TakeIn();
    }

    /// <summary>Nearly always at the end; what happened earlier is sorted in among what is newer than it.</summary>
    private void TakeIn()
    {
        if (_news.Count == 0) return;
        _news.Sort();
        var at = ~_lines.BinarySearch(_news[0]);
        if (at < _lines.Count)
        {
            _news.AddRange(_lines[at..]);
            _news.Sort();
            _lines.RemoveRange(at, _lines.Count - at);
        }
        _lines.AddRange(_news);
        _news.Clear();
    }

    public int IndexOf(Func<NodeEvent, bool> wanted)
    {
        for (var i = 0; i < Count; i++)
        {
            if (wanted(this[i].Event)) return i;
        }
        return -1;
    }

    public IEnumerator<EventLine> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    public void CopyTo(EventLine[] array, int arrayIndex)
    {
        foreach (var e in this) array[arrayIndex++] = e;
    }

    public bool IsReadOnly => true;
    public int IndexOf(NodeEvent item) => IndexOf(View.EventId.Of(item).Names);
    public int IndexOf(EventLine item) => IndexOf(item.Event);
    public bool Contains(EventLine item) => IndexOf(item) >= 0;
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    public void Add(EventLine item) => throw new NotSupportedException();
    public void Clear() => throw new NotSupportedException();
    public void Insert(int index, EventLine item) => throw new NotSupportedException();
    public bool Remove(EventLine item) => throw new NotSupportedException();
    public void RemoveAt(int index) => throw new NotSupportedException();
}
