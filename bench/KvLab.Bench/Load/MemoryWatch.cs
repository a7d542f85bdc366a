using System.Diagnostics;

namespace KvLab.Bench.Load;

/// <summary>Resident memory of processes, looked at again and again until it is stopped.</summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly int[] _processes;
    private readonly double[] _before;
    private readonly double[] _most;
    private readonly Timer _timer;

    public MemoryWatch(params int[] processes)
    {
        _processes = processes;
        _before = [.. processes.Select(Megabytes)];
        _most = [.. _before];
        _timer = new Timer(_ => Look(), null, Interval, Interval);
    }

    /// <returns>Per process, in MB of 10⁶ bytes.</returns>
    public IReadOnlyList<(double BeforeMb, double MostMb)> Stop()
    {
        Dispose();
        return [.. _before.Zip(_most)];
    }

    /// <summary>Resident now, in MB of 10⁶ bytes.</summary>
    public static double Megabytes(int process)
    {
        using var running = Process.GetProcessById(process);
        return running.WorkingSet64 / 1e6;
    }

    private void Look()
    {
        for (var i = 0; i < _processes.Length; i++) _most[i] = Math.Max(_most[i], Megabytes(_processes[i]));
    }

    public void Dispose()
    {
        using var last = new ManualResetEvent(false);
        if (_timer.Dispose(last)) last.WaitOne();
    }
}
