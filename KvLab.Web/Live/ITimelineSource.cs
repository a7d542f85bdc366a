using KvLab.Core.Observation.Timeline;

namespace KvLab.Web.Live;

/// <summary>Where a space-time diagram has its lines from: the live lab, or a recording. Whoever draws it does not know.</summary>
public interface ITimelineSource
{
    /// <summary>Looks at all lines by one axis, as of now; nobody else does while <paramref name="look"/> runs.</summary>
    T Look<T>(TimelineAxis axis, Func<TimelineBook, T> look);
}
