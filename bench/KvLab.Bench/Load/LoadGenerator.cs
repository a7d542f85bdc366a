using System.Diagnostics;

namespace KvLab.Bench.Load;

/// <param name="Writes">In all, or 0: as many as fit in <paramref name="Seconds"/>.</param>
/// <param name="WarmUpSeconds">Not measured: compilers and connections need it.</param>
internal sealed record LoadPlan(int Clients, int Writes, double Seconds, double WarmUpSeconds);

/// <summary>Closed-loop clients: each sends its next write when the last is answered.</summary>
internal sealed class LoadGenerator : IDisposable
{
    private readonly Client[] _clients;
    private readonly LoadPlan _plan;

    public LoadGenerator(Target target, LoadPlan plan)
    {
        _plan = plan;
        _clients = [.. Enumerable.Range(0, plan.Clients).Select(n => new Client(target, n * Math.Max(1, target.Keys / plan.Clients)))];
    }

    /// <summary>Warms up, then measures.</summary>
    /// <param name="watched">Processes whose CPU time is to be told as well.</param>
    /// <exception cref="BenchException">Nobody answers there.</exception>
    public static LoadResult Run(Target target, LoadPlan plan, params CpuMeter[] watched)
    {
        using var generator = new LoadGenerator(target, plan);
        generator.WarmUp();
        return generator.Measure(watched);
    }

    public void WarmUp()
    {
        if (_plan.WarmUpSeconds > 0) Run(For(_plan.WarmUpSeconds));
    }

    public LoadResult Measure(params IReadOnlyList<CpuMeter> watched)
    {
        GC.Collect();
        var own = CpuMeter.OfThisProcess();
        foreach (var meter in watched) meter.Restart();
        var started = Stopwatch.GetTimestamp();
        Run(_plan.Writes > 0 ? Times(_plan.Writes) : For(_plan.Seconds));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var ownCpu = own.Elapsed();
        foreach (var meter in watched) meter.Stop();
        return new LoadResult(
            _plan.Clients, elapsed, [.. _clients.SelectMany(c => c.Latencies)], _clients.Sum(c => c.Short), _clients.Sum(c => c.Failed), ownCpu);
    }

    private void Run(Func<long, bool> next)
    {
        foreach (var client in _clients) client.Forget();
        Drive.Run(_clients, next);
    }

    private static Func<long, bool> For(double seconds)
    {
        var end = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
        return now => now < end;
    }

    private static Func<long, bool> Times(int writes)
    {
        var begun = 0;
        return _ => ++begun <= writes;
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
    }
}
