using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Replays;
using KvLab.Web.Live;

namespace KvLab.Web.Replays;

/// <summary>The diagram of one recording, as far as it was written when somebody looked first. Safe for concurrent use.</summary>
/// <param name="until">So many elements of it: what a simulation undid has not happened. Null: all.</param>
public sealed class RecordedTimeline(IRecordedStream stream, long? until = null) : ITimelineSource
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TimelineAxis, RecordedLines> _lines = [];

    /// <summary>With all lines in it, which takes a while; without, they are made for whoever asks first.</summary>
    public static RecordedTimeline Read(IRecordedStream stream, long? until = null)
    {
        var lines = new RecordedTimeline(stream, until);
        lines.Lines(TimelineAxis.Real);
        return lines;
    }

    public T Look<T>(TimelineAxis axis, Func<TimelineBook, T> look)
    {
        lock (_gate) return look(Lines(axis).Book);
    }

    /// <summary>What was so at the end of it.</summary>
    public ClusterSnapshot Last
    {
        get
        {
            lock (_gate) return Lines(TimelineAxis.Real).Last;
        }
    }

    private RecordedLines Lines(TimelineAxis axis) => _lines.TryGetValue(axis, out var lines) ? lines : _lines[axis] = RecordedLines.Of(stream, axis, until);
}
