using System.Collections;
using KvLab.Core.Events;
using KvLab.Web.Components.Shared;
using KvLab.Web.State;

namespace KvLab.Web.Components.Panels.Events;

/// <param name="Ordinal">How many passed the filter before it, those included that fell out of the log.</param>
public readonly record struct EventLine(long Ordinal, NodeEvent Event);

/// <summary>
/// The events that pass a filter, newest first, as a list that is cheap to ask for any part. A newer log of the same filter costs only
/// its new events; without a filter nothing is copied at all.
/// </summary>
/// <remarks>Positions count from the first event that ever was in the log, so that they survive what falls out at its old end.</remarks>
public sealed class FilteredEvents : IList<EventLine>
{
    private readonly List<(long Position, NodeEvent Event)> _matches = [];
    private EventLogView _log = EventLogView.Empty;
    private EventFilter _filter = EventFilter.None;
    private Labels _labels = Labels.Plain;
    private long _from;
    private long _next;
    private int _head;

    // Matches that are in the list no more.
    private long _gone;

    public int Count => _filter.IsEmpty ? (int)(_log.Total() - Math.Max(_from, _log.First)) : _matches.Count - _head;

    /// <param name="index">0 is the newest.</param>
    public EventLine this[int index]
    {
        get => _filter.IsEmpty
            ? new EventLine(_log.Total() - 1 - index, _log[_log.Count - 1 - index])
            : new EventLine(_gone + _matches.Count - 1 - index, _matches[_matches.Count - 1 - index].Event);
        set => throw new NotSupportedException();
    }

    /// <summary>The ordinal of the newest; −1 when there was none.</summary>
    public long Newest => (_filter.IsEmpty ? _log.Total() : _gone + _matches.Count) - 1;

    /// <param name="labels">The words that a text is looked for in.</param>
    /// <param name="from">Events before this position are not shown: they were cleared from this view.</param>
    public void Update(EventLogView log, EventFilter filter, Labels labels, long from = 0)
    {
        var again = filter != _filter || (filter.Text is not null && labels != _labels) || from != _from || log.Total() < _next;
        (_log, _filter, _labels, _from) = (log, filter, labels, from);
        if (again)
        {
            _matches.Clear();
            (_head, _next, _gone) = (0, 0, 0);
        }
        if (filter.IsEmpty) return;

        var total = log.Total();
        for (var position = Math.Max(Math.Max(_next, from), log.First); position < total; position++)
        {
            var e = log[(int)(position - log.First)];
            if (filter.Matches(e, labels)) _matches.Add((position, e));
        }
        _next = total;
        DropOlder(log.First);
    }

    private void DropOlder(long first)
    {
        while (_head < _matches.Count && _matches[_head].Position < first) _head++;
        if (_head <= _matches.Count / 2) return;
        _matches.RemoveRange(0, _head);
        _gone += _head;
        _head = 0;
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
