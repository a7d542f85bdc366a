using KvLab.Core.Analysis;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Timeline;
using KvLab.Web.Live;

namespace KvLab.Tests.Infrastructure;

/// <summary>A diagram's lines at the seam that the page knows: those of an observer that a test feeds.</summary>
public sealed class FakeTimeline : ITimelineSource
{
    private readonly Dictionary<TimelineAxis, TimelineBook> _books = [];

    public ClusterReducer Reducer { get; } = new((settings, followers) => OrderStatistics.MeanMs(settings, followers));

    /// <summary>How often somebody looked.</summary>
    public int Looks { get; private set; }

    public T Look<T>(TimelineAxis axis, Func<TimelineBook, T> look)
    {
        Looks++;
        if (!_books.TryGetValue(axis, out var book)) _books[axis] = book = new TimelineBook(axis);
        Reducer.Feed(book);
        return look(book);
    }
}
