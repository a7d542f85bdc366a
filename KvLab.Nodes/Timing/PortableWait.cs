using System.Diagnostics;

namespace KvLab.Nodes.Timing;

/// <summary>Sleeps while the moment is further away than a sleep is exact, and turns for the short rest.</summary>
internal sealed class PortableWait : IPreciseWait
{
    // Windows sleeps in steps of its 15.6 ms clock tick, the others in about one millisecond.
    private static readonly TimeSpan Coarseness = TimeSpan.FromMilliseconds(OperatingSystem.IsWindows() ? 16 : 2);

    private readonly object _gate = new();
    private bool _woken;

    public void WaitUntil(long timestamp)
    {
        lock (_gate)
        {
            while (!_woken)
            {
                if (timestamp == long.MaxValue)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                var rest = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp) - Coarseness;
                if (rest <= TimeSpan.Zero) break;
                Monitor.Wait(_gate, TimeSpan.FromMilliseconds(Math.Clamp(rest.TotalMilliseconds, 1, 60_000)));
            }
        }

        var spin = new SpinWait();
        while (!Volatile.Read(ref _woken) && Stopwatch.GetTimestamp() < timestamp) spin.SpinOnce(sleep1Threshold: -1);
        lock (_gate) _woken = false;
    }

    public void Wake()
    {
        lock (_gate)
        {
            _woken = true;
            Monitor.Pulse(_gate);
        }
    }

    public void Dispose() { }
}
