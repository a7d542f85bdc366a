using System.Diagnostics;

namespace KvLab.Bench.Load;

/// <summary>What one load came to. Latencies are those of all answered writes.</summary>
internal sealed class LoadResult
{
    private readonly long[] _sorted;

    public LoadResult(int clients, TimeSpan elapsed, long[] latencies, int shorts, int failed, TimeSpan ownCpu, IReadOnlyList<TimeSpan> watchedCpu)
    {
        Array.Sort(latencies);
        (_sorted, Clients, Elapsed, Short, Failed) = (latencies, clients, elapsed, shorts, failed);
        OwnCpuMicros = PerWriteMicros(ownCpu);
        WatchedMicros = [.. watchedCpu.Select(PerWriteMicros)];
    }

    public int Clients { get; }
    public TimeSpan Elapsed { get; }
    public int Writes => _sorted.Length;

    /// <summary>Answered with fewer than W confirmations.</summary>
    public int Short { get; }

    /// <summary>Refused or not answered; not among the latencies.</summary>
    public int Failed { get; }

    public double WritesPerSecond => Writes / Elapsed.TotalSeconds;
    public double MeanMs => Writes == 0 ? 0 : _sorted.Average(t => (double)t) * 1000 / Stopwatch.Frequency;

    /// <summary>The load generator's own CPU time per write, in µs.</summary>
    public double OwnCpuMicros { get; }

    /// <summary>CPU time per write of what was watched, in µs, in that order.</summary>
    public IReadOnlyList<double> WatchedMicros { get; }

    /// <summary>What programs that belong neither to the load nor to the cluster took of all cores; NaN where nothing was watched.</summary>
    public double OthersPercent { get; init; }

    /// <param name="p">0 … 1; 0.5 is the median.</param>
    public double PercentileMs(double p) => Writes == 0 ? 0 : _sorted[Math.Min(Writes - 1, (int)(Writes * p))] * 1000.0 / Stopwatch.Frequency;

    private double PerWriteMicros(TimeSpan cpu) => cpu.TotalMicroseconds / Math.Max(1, Writes);

    public static readonly string[] Columns = ["clients", "writes/s", "mean ms", "p50 ms", "p99 ms", "short", "failed", "CPU µs load", "CPU % others"];

    public IReadOnlyList<string> Cells =>
        [$"{Clients}", $"{WritesPerSecond:0}", $"{MeanMs:0.000}", $"{PercentileMs(0.5):0.000}", $"{PercentileMs(0.99):0.000}", $"{Short}", $"{Failed}", $"{OwnCpuMicros:0.0}", $"{OthersPercent:0.0}"];
}
