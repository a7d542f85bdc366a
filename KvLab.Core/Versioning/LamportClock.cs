using KvLab.Core.Configuration;

namespace KvLab.Core.Versioning;

/// <summary>
/// Lamport's logical clock of events (Lamport 1978, rules IR1 and IR2). Not the version counter: the counter numbers
/// one leader's writes, this clock orders every event on every node so that a cause always has a smaller time than its effect.
/// </summary>
public sealed class LamportClock
{
    private long _time;

    public long Time => Volatile.Read(ref _time);

    /// <summary>IR1: tick between any two events of one node.</summary>
    public long Tick() => Interlocked.Increment(ref _time);

    /// <summary>IR2: a receiver moves past the time that the message carried: max(own, message) + 1. A time that no clock can have come to is none.</summary>
    public long Witness(long messageTime)
    {
        if (messageTime > InputRules.LargestClock) messageTime = 0;
        while (true)
        {
            var own = Volatile.Read(ref _time);
            var next = Math.Max(own, messageTime) + 1;
            if (Interlocked.CompareExchange(ref _time, next, own) == own) return next;
        }
    }
}
