using System.Runtime.InteropServices;

namespace KvLab.Tests.Hostile;

/// <summary>What dealing with an input costs this thread: what other work the machine has does not count.</summary>
internal static class Cost
{
    private const int ThreadCpuTime = 3;
    private const int Tries = 7;

    /// <param name="Seconds">Of the processor; the least of several runs.</param>
    /// <param name="Bytes">Allocated; the least of several runs.</param>
    public readonly record struct Measured(double Seconds, long Bytes);

    public static Measured Of(Action work)
    {
        var (seconds, bytes) = (double.MaxValue, long.MaxValue);
        for (var i = 0; i < Tries; i++)
        {
            var (startedAt, before) = (Now(), GC.GetAllocatedBytesForCurrentThread());
            work();
            bytes = Math.Min(bytes, GC.GetAllocatedBytesForCurrentThread() - before);
            seconds = Math.Min(seconds, Now() - startedAt);
        }

        return new Measured(seconds, bytes);
    }

    private static double Now()
    {
        if (!OperatingSystem.IsLinux()) return System.Diagnostics.Stopwatch.GetTimestamp() / (double)System.Diagnostics.Stopwatch.Frequency;
        return GetTime(ThreadCpuTime, out var time) == 0 ? time.Seconds + time.Nanoseconds / 1e9 : throw new InvalidOperationException("No clock of the thread.");
    }

#pragma warning disable SYSLIB1054 // The generated import would need unsafe code in the whole project.
    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int GetTime(int clock, out TimeSpec time);
#pragma warning restore SYSLIB1054

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
