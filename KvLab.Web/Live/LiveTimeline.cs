using KvLab.Core.Observation.Timeline;

namespace KvLab.Web.Live;

/// <summary>
/// The diagram of the live lab, one for all who look at it. It takes news in when somebody looks, and remembers the messages that <c>/api/messages</c> does.
/// </summary>
public sealed class LiveTimeline(StatePublisher publisher) : ITimelineSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TimelineAxis, TimelineBook> _books = [];

    public T Look<T>(TimelineAxis axis, Func<TimelineBook, T> look)
    {
        lock (_gate)
        {
            if (!_books.TryGetValue(axis, out var book)) _books[axis] = book = new TimelineBook(axis);
            publisher.Feed(book);
            return look(book);
        }
    }
}
