using KvLab.Core.Observation.Series;

namespace KvLab.Web.Components.Bases;

public static class EventLogExtensions
{
    /// <summary>Events that ever were in the log; the position of an event in this count never changes.</summary>
    public static long Total(this EventLogView log) => log.First + log.Count;
}
