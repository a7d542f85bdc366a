namespace KvLab.Core.Keyframes;

/// <summary>What writer and reader of a keyframe have to agree on.</summary>
internal static class KeyframeLimits
{
    /// <summary>Differences of versions below this leave room for the two bits that say what they are.</summary>
    public const long LargestStep = 1L << 60;

    private const double TicksPerMs = TimeSpan.TicksPerMillisecond;

    // Below this every whole number of ticks is a number of its own.
    private const double MostTicks = 1L << 50;

    /// <summary>Null where so many ticks, as milliseconds, are not this very number.</summary>
    public static long? TicksOf(double ms)
    {
        var ticks = Math.Round(ms * TicksPerMs);
        if (!(Math.Abs(ticks) < MostTicks)) return null;
        return BitConverter.DoubleToInt64Bits((long)ticks / TicksPerMs) == BitConverter.DoubleToInt64Bits(ms) ? (long)ticks : null;
    }

    public static double MsOf(long ticks) => ticks / TicksPerMs;

    /// <summary>Of a time that need not be whole ticks; 0 of one that is no time.</summary>
    public static long NearestTicks(double ms) => Math.Abs(ms * TicksPerMs) < MostTicks ? (long)Math.Round(ms * TicksPerMs) : 0;
}
