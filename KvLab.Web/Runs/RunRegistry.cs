using System.Globalization;
using KvLab.Web.Leases;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Runs;

/// <summary>
/// All runs of this lab, whatever their kind: those that go on and the latest that are over. They belong to nobody's page: they go on when whoever started them is gone, and
/// end with the dashboard.
/// </summary>
public sealed class RunRegistry : IAsyncDisposable
{
    /// <summary>Each takes a processor for itself, and the nodes need one, too.</summary>
    public const int MostSimulated = 2;

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    // Guarded by _gate; newest first.
    private readonly LinkedList<RunPage> _pages = new();
    private readonly Dictionary<RunSort, int> _numbers = [];

    public RunRegistry(ExclusiveLease lease, TimeProvider time)
    {
        (Lease, _time) = (lease, time);
        // What has not the cluster for itself would be in the figures of what wants it.
        lease.WatchLoad(() => Pages(p => p.Sort.AtATime is not null && p.IsRunning) is [.., var oldest] ? oldest.What : null);
    }

    /// <summary>Every run that is remembered, newest first.</summary>
    public IReadOnlyList<RunLine> All => [.. Pages(_ => true).Select(p => p.Line)];

    internal ExclusiveLease Lease { get; }
    internal DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Newest first.</summary>
    internal IReadOnlyList<RunPage> Pages(Func<RunPage, bool> which)
    {
        lock (_gate) return [.. _pages.Where(which)];
    }

    /// <param name="begin">Sets it going under its id; not called where it may not begin.</param>
    /// <exception cref="CommandException">409: as many as may run beside each other run already.</exception>
    internal TPage Begin<TPage>(RunSort sort, RunName name, Func<string, TPage> begin) where TPage : RunPage
    {
        lock (_gate)
        {
            if (name.Simulated && _pages.Count(p => p.Simulated && p.IsRunning) >= MostSimulated)
                throw new CommandException(StatusCodes.Status409Conflict, $"{MostSimulated} simulated runs are going on already, which is the most at a time. Wait for one or cancel one.");
            if (sort.AtATime is { } most && _pages.Count(p => p.Sort == sort && p.IsRunning) >= most)
                throw new CommandException(StatusCodes.Status409Conflict, $"{most} {sort.Plural} are running already, which is the most at a time. Wait for one or cancel one.");
            var number = _numbers.GetValueOrDefault(sort) + 1;
            var page = begin(string.Create(CultureInfo.InvariantCulture, $"{name.Prefix ?? sort.Kind}-{number}"));
            _numbers[sort] = number;
            _pages.AddFirst(page);
            foreach (var old in _pages.Where(p => p.Sort == sort).Skip(sort.Remembered).Where(p => !p.IsRunning).ToList()) _pages.Remove(old);
            return page;
        }
    }

    internal void Forget(RunPage page)
    {
        lock (_gate) _pages.Remove(page);
    }

    /// <summary>Ends those that run and waits for them.</summary>
    /// <returns>False: some did not end in time and are left behind; the nodes end with the dashboard.</returns>
    internal async Task<bool> EndAsync(Func<RunPage, bool> which)
    {
        var running = Pages(p => p.IsRunning && which(p));
        foreach (var page in running) page.Cancel();
        return await Shutdown.EndsAsync(Task.WhenAll(running.Select(p => p.Work)), _time);
    }

    /// <summary>Called by the host.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(_ => true);
}
