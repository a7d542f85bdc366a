using System.Diagnostics;

namespace KvLab.Bench.Load;

/// <summary>CPU time, user and kernel, of some processes: what other programs do meanwhile does not count.</summary>
internal sealed class CpuMeter(string name, params IReadOnlyList<int> processes)
{
    private TimeSpan _before = Total(processes);

    public string Name => name;

    /// <summary>Between the last <see cref="Restart"/> and the last <see cref="Stop"/>.</summary>
    public TimeSpan Used { get; private set; }

    public static CpuMeter OfThisProcess() => new("this process", Environment.ProcessId);

    public void Restart() => _before = Total(processes);

    public TimeSpan Elapsed() => Total(processes) - _before;

    public void Stop() => Used = Elapsed();

    /// <summary>Of one process, now.</summary>
    public static long ResidentBytes(int process)
    {
        using var found = Process.GetProcessById(process);
        return found.WorkingSet64;
    }

    /// <summary>User and kernel time of everything on this machine since it began.</summary>
    public static TimeSpan OfMachine()
    {
        // "cpu  user nice system idle …", in hundredths of a second.
        var ticks = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(3).Sum(long.Parse);
        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    /// <exception cref="BenchException">One of them is gone.</exception>
    private static TimeSpan Total(IReadOnlyList<int> processes)
    {
        var total = TimeSpan.Zero;
        foreach (var id in processes)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                total += process.TotalProcessorTime;
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
            {
                throw new BenchException($"Process {id} is gone.");
            }
        }

        return total;
    }
}
