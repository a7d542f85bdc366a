namespace KvLab.Core.Observation.Traffic;

/// <summary>All that is remembered of messages at one moment, to be looked through without holding anybody up.</summary>
public sealed class TrafficCopy
{
    internal TrafficCopy(Trip[] trips, CallTold[] calls, DateTimeOffset beganAt, IReadOnlyDictionary<string, double> errorsMs) =>
        (Trips, Calls, BeganAt, ErrorsMs) = (trips, calls, beganAt, errorsMs);

    internal Trip[] Trips { get; }
    internal CallTold[] Calls { get; }
    /// <summary>When the observer's nanoseconds began.</summary>
    internal DateTimeOffset BeganAt { get; }
    /// <summary>By node: how wrong its times may be against this observer's; a node that is not named has no known bound.</summary>
    internal IReadOnlyDictionary<string, double> ErrorsMs { get; }

    internal DateTimeOffset? At(long ns) => ns == 0 ? null : BeganAt.AddTicks(ns / 100);

    /// <summary>Null where it is not known of one of the two.</summary>
    internal double? ErrorMs(string one, string other) => ErrorsMs.TryGetValue(one, out var a) && ErrorsMs.TryGetValue(other, out var b) ? a + b : null;
}
