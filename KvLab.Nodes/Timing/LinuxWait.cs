using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace KvLab.Nodes.Timing;

/// <summary>
/// Sleeps in <c>ppoll</c> on an eventfd: nanosecond timeouts on the kernel's high-resolution timers, and no turning while nothing is due.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed partial class LinuxWait : IPreciseWait
{
    private const int SetTimerSlack = 29;
    private const int CloseOnExecNonBlocking = 0x80800;
    private const short PollIn = 1;

    private readonly int _event = eventfd(0, CloseOnExecNonBlocking);
    private bool _slackIsSet;

    public LinuxWait()
    {
        if (_event < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "No eventfd for the timer thread.");
    }

    public unsafe void WaitUntil(long timestamp)
    {
        if (!_slackIsSet)
        {
            // Belongs to the calling thread. The default lets the kernel wake it 50 µs late, as long as the delays that a class may choose.
            _ = prctl(SetTimerSlack, 1, 0, 0, 0);
            _slackIsSet = true;
        }

        var poll = new PollEntry { Descriptor = _event, Events = PollIn };
        if (timestamp == long.MaxValue)
        {
            _ = ppoll(&poll, 1, null, null);
        }
        else
        {
            var left = timestamp - Stopwatch.GetTimestamp();
            if (left <= 0) return;
            var nanoseconds = (long)(left * (1e9 / Stopwatch.Frequency));
            var timeout = new TimeSpec { Seconds = (nint)(nanoseconds / 1_000_000_000), Nanoseconds = (nint)(nanoseconds % 1_000_000_000) };
            _ = ppoll(&poll, 1, &timeout, null);
        }

        if ((poll.Returned & PollIn) == 0) return;
        ulong count;
        _ = read(_event, &count, sizeof(ulong));
    }

    public unsafe void Wake()
    {
        ulong one = 1;
        _ = write(_event, &one, sizeof(ulong));
    }

    public void Dispose() => _ = close(_event);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

#pragma warning disable IDE1006, SYSLIB1092 // The kernel's names.
    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc")]
    private static unsafe partial int ppoll(PollEntry* entries, nuint count, TimeSpec* timeout, void* signals);

    [LibraryImport("libc")]
    private static unsafe partial nint read(int descriptor, void* buffer, nuint size);

    [LibraryImport("libc")]
    private static unsafe partial nint write(int descriptor, void* buffer, nuint size);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);

    [LibraryImport("libc")]
    private static partial int prctl(int option, nuint a, nuint b, nuint c, nuint d);
#pragma warning restore IDE1006, SYSLIB1092
}
