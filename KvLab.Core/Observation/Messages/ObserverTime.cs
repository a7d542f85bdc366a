namespace KvLab.Core.Observation.Messages;

/// <summary>When an observer learnt something, on its own clocks.</summary>
/// <param name="Ms">Monotonic milliseconds since it began; at least 1, so that 0 can mean never.</param>
/// <param name="Utc">The wall clock, for people.</param>
public readonly record struct ObserverTime(long Ms, DateTimeOffset Utc)
{
    public double Seconds => Ms / 1000.0;
}

/// <summary>Reads an observer's clocks. What is read later is never earlier.</summary>
public sealed class ObserverClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();

    /// <summary>Raw monotonic time of the machine when the milliseconds began.</summary>
    public long OriginNs => Events.MachineClock.NsOf(time, _origin);

    public ObserverTime Now => new(1 + (long)time.GetElapsedTime(_origin).TotalMilliseconds, time.GetUtcNow());
}
