using KvLab.Core.Observation.Timeline;

namespace KvLab.Core.Replays;

/// <summary>All lines of the space-time diagram of a recording.</summary>
public static class RecordedLines
{
    /// <summary>So many elements bring fewer messages than the observer's book of messages remembers.</summary>
    private const int Stretch = 200;

    public static TimelineBook Of(IRecordedStream stream, TimelineAxis axis, CancellationToken cancellation = default)
    {
        var book = new TimelineBook(axis, keepAll: true);
        var head = new Playhead(stream, (_, _) => null);
        while (head.Place.Elements < stream.Elements)
        {
            cancellation.ThrowIfCancellationRequested();
            var before = head.Place;
            head.GoTo(new ReplayPlace(Math.Min(before.Elements + Stretch, stream.Elements)));
            head.State.Feed(book);
            if (head.Place == before) break;
        }

        return book;
    }
}
