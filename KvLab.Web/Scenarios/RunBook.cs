using KvLab.Core.Observation;
using KvLab.Web.Leases;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Scenarios;

/// <summary>Runs of one sort: the one under way and the latest that are over, in memory. The page and the REST API know only this.</summary>
/// <typeparam name="T">An immutable state of a run; each change is a new one.</typeparam>
public sealed class RunBook<T>(ExclusiveLease lease) : IAsyncDisposable where T : class
{
    /// <summary>So many runs are remembered; older ones are forgotten.</summary>
    public const int MostRuns = 50;

    private sealed record Page(string Id, CancellationTokenSource Cancel)
    {
        public Task<T>? Task { get; set; }
        public T? State { get; set; }
    }

    private readonly Lock _gate = new();

    // Guarded by _gate; newest first.
    private readonly LinkedList<Page> _pages = new();
    private int _number;
    private readonly Listeners<T> _listeners = new();

    /// <summary>Newest first.</summary>
    public IReadOnlyList<T> All
    {
        get { lock (_gate) return [.. _pages.Select(p => p.State!)]; }
    }

    /// <summary>The newest; null before the first.</summary>
    public T? Latest
    {
        get { lock (_gate) return _pages.First?.Value.State; }
    }

    /// <summary>The id of the run under way; null when none is.</summary>
    public string? Running
    {
        get { lock (_gate) return _pages.FirstOrDefault(p => p.Task is { IsCompleted: false })?.Id; }
    }

    public T? Find(string id)
    {
        lock (_gate) return PageOf(id)?.State;
    }

    /// <exception cref="CommandException">404: there is no such run.</exception>
    public T Get(string id) => Find(id) ?? throw Unknown(id);

    /// <param name="prefix">Begins the id.</param>
    /// <param name="kind">Of whoever has the cluster: scenario or chaos.</param>
    /// <param name="what">For people who come too early: what is running.</param>
    /// <param name="first">The first state for an id.</param>
    /// <param name="run">Plays it, telling every state, and never throws for what happens in it.</param>
    /// <exception cref="CommandException">409: something else is running.</exception>
    public T Start(string prefix, string kind, string what, Func<string, T> first, Func<string, Action<T>, CancellationToken, Task<T>> run)
    {
        var cancel = new CancellationTokenSource();
        var held = lease.Take(kind, what, cancel.Cancel);
        try
        {
            lock (_gate)
            {
                var page = new Page($"{prefix}-{++_number}", cancel);
                page.State = first(page.Id);
                _pages.AddFirst(page);
                if (_pages.Count > MostRuns) _pages.RemoveLast();
                page.Task = Task.Run(() => PlayAsync(page, held, run), CancellationToken.None);
                return page.State;
            }
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private async Task<T> PlayAsync(Page page, HeldLease held, Func<string, Action<T>, CancellationToken, Task<T>> run)
    {
        using var giveBack = held;
        lease.Enter(held);
        return await run(page.Id, state => Tell(page, state), page.Cancel.Token);
    }

    private void Tell(Page page, T state)
    {
        lock (_gate) page.State = state;
        _listeners.Tell(state);
    }

    public async Task<T> WhenDoneAsync(string id)
    {
        Task<T>? task;
        lock (_gate) task = PageOf(id)?.Task;
        return await (task ?? throw Unknown(id));
    }

    /// <summary>Ends a run; the lab is put back as it was found.</summary>
    /// <exception cref="CommandException">404 for an unknown run, 409 for one that is over.</exception>
    public void Cancel(string id)
    {
        Page? page;
        lock (_gate) page = PageOf(id);
        if (page is null) throw Unknown(id);
        if (page.Task is null or { IsCompleted: true }) throw new CommandException(StatusCodes.Status409Conflict, $"Run {id} is over.");
        page.Cancel.Cancel();
    }

    /// <summary>Calls back with every new state of any run, on the thread that made it so. Dispose to stop.</summary>
    public IDisposable Listen(Action<T> onChange) => _listeners.Add(onChange);

    private static CommandException Unknown(string id) => new(StatusCodes.Status404NotFound, $"There is no run {id}; the latest {MostRuns} are remembered.");

    private Page? PageOf(string id) => _pages.FirstOrDefault(p => p.Id == id);

    /// <summary>Called by the host; what does not end in time is left behind, for the nodes end with the dashboard.</summary>
    public async ValueTask DisposeAsync()
    {
        Page? running;
        lock (_gate) running = _pages.FirstOrDefault(p => p.Task is { IsCompleted: false });
        if (running is null) return;
        await running.Cancel.CancelAsync();
        await Shutdown.EndsAsync(running.Task!, TimeProvider.System);
    }
}
