using KvLab.Core.Observation.Timeline;
using KvLab.Core.Replays;
using KvLab.Web.Live;

namespace KvLab.Web.Replays;

/// <summary>The diagram of one recording, as far as it was written when it was opened. Safe for concurrent use.</summary>
public sealed class RecordedTimeline(IRecordedStream stream) : ITimelineSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TimelineAxis, TimelineBook> _books = [];

    public T Look<T>(TimelineAxis axis, Func<TimelineBook, T> look)
    {
        lock (_gate)
        {
            if (!_books.TryGetValue(axis, out var book)) _books[axis] = book = RecordedLines.Of(stream, axis);
            return look(book);
        }
    }
}
