using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;

namespace KvLab.Core.Replays;

/// <summary>All lines of the space-time diagram of a recording as far as it is read, and what was so there.</summary>
public sealed record RecordedLines(TimelineBook Book, ClusterSnapshot Last)
{
    /// <summary>So many elements bring fewer messages than the observer's book of messages remembers.</summary>
    private const int Stretch = 200;

    /// <param name="until">So many elements are read; null: all.</param>
    public static RecordedLines Of(IRecordedStream stream, TimelineAxis axis, long? until = null)
    {
        var book = new TimelineBook(axis, keepAll: true);
        var head = new Playhead(stream);
        while (head.Place is var before && before.Elements < (until ?? stream.Elements))
        {
            head.GoOn(new ReplayPlace(Math.Min(before.Elements + Stretch, until ?? long.MaxValue)));
            head.State.Feed(book);
            // No more can be read than this.
            if (head.Place == before) break;
        }

        return new RecordedLines(book, head.State.Look());
    }
}
