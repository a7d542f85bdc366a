using System.Diagnostics;

namespace KvLab.Bench.Load;

/// <param name="Writes">In all, or 0: as many as fit in <paramref name="Seconds"/>.</param>
/// <param name="WarmUpSeconds">Not measured: compilers and connections need it.</param>
internal sealed record LoadPlan(int Clients, int Writes, double Seconds, double WarmUpSeconds);

/// <summary>Closed-loop clients: each sends its next write when the last is answered.</summary>
internal sealed class LoadGenerator : IDisposable
{
    public const int MostAttempts = 4;

    /// <summary>Of all cores, for programs that have nothing to do with a measurement.</summary>
    public const double ToleratedPercent = 8;

    private readonly Client[] _clients;
    private readonly LoadPlan _plan;

    public LoadGenerator(Target target, LoadPlan plan)
    {
        _plan = plan;
        _clients = [.. Enumerable.Range(0, plan.Clients).Select(n => new Client(target, n * Math.Max(1, target.Keys / plan.Clients)))];
    }

    /// <summary>
    /// Warms up, then measures. Where all processes of a cluster are watched, it is known how much of the machine others took: a timed load that they
    /// disturbed is measured again, and the least disturbed one counts.
    /// </summary>
    /// <param name="watched">Processes whose CPU time is to be told as well.</param>
    /// <exception cref="BenchException">Nobody answers there.</exception>
    public static LoadResult Run(Target target, LoadPlan plan, params CpuMeter[] watched)
    {
        using var generator = new LoadGenerator(target, plan);
        generator.WarmUp();
        var best = generator.Measure(watched);
        for (var attempt = 1; attempt < MostAttempts && plan.Writes == 0 && best.OthersPercent > ToleratedPercent; attempt++)
        {
            var again = generator.Measure(watched);
            if (again.OthersPercent < best.OthersPercent) best = again;
        }

        return best;
    }

    /// <summary>
    /// For a cluster that has just started, whoever made it. Its runtimes compile what is called often a second time, on the same two cores: seven
    /// processes take some ten seconds for that, in which a single client gets a tenth of what it gets afterwards.
    /// </summary>
    /// <param name="followers">More of them share the cores while they compile, and take longer.</param>
    public static void WarmUpCluster(Target target, int followers = 5) => Run(target, new LoadPlan(16, 0, Math.Max(8, 3 * (followers - 2)), 0));

    public void WarmUp()
    {
        if (_plan.WarmUpSeconds > 0) Run(For(_plan.WarmUpSeconds));
    }

    public LoadResult Measure(params IReadOnlyList<CpuMeter> watched)
    {
        GC.Collect();
        var own = CpuMeter.OfThisProcess();
        foreach (var meter in watched) meter.Restart();
        var machine = CpuMeter.OfMachine();
        var started = Stopwatch.GetTimestamp();
        Run(_plan.Writes > 0 ? Times(_plan.Writes) : For(_plan.Seconds));
        var elapsed = Stopwatch.GetElapsedTime(started);
        var ownCpu = own.Elapsed();
        foreach (var meter in watched) meter.Stop();
        machine = CpuMeter.OfMachine() - machine;
        var others = watched.Aggregate(machine - ownCpu, (rest, meter) => rest - meter.Used);
        return new LoadResult(
            _plan.Clients, elapsed, [.. _clients.SelectMany(c => c.Latencies)], _clients.Sum(c => c.Short), _clients.Sum(c => c.Failed), ownCpu,
            [.. watched.Select(m => m.Used)])
        {
            OthersPercent = watched.Count == 0 ? double.NaN : Math.Max(0, 100 * others / (elapsed * Environment.ProcessorCount)),
        };
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
