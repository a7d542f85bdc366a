using KvLab.Core.Observation;
using KvLab.Web.Leases;
using KvLab.Web.Problems;

namespace KvLab.Web.Runs;

/// <summary>The runs of one kind in the <see cref="RunRegistry"/>. Whoever starts, shows or cancels them knows only this.</summary>
/// <typeparam name="T">An immutable state of a run; each change is a new one.</typeparam>
public sealed class RunBook<T>(RunRegistry registry, RunSort sort) where T : class
{
    private readonly Listeners<T> _listeners = new();

    /// <summary>Newest first.</summary>
    public IReadOnlyList<T> All => [.. Pages().Select(p => p.State).OfType<T>()];

    /// <summary>The newest; null before the first.</summary>
    public T? Latest => All is [var newest, ..] ? newest : null;

    /// <summary>The id of the newest that is under way; null when none is.</summary>
    public string? Running => Pages().FirstOrDefault(p => p.IsRunning)?.Id;

    public T? Find(string id) => PageOf(id)?.State;

    /// <exception cref="CommandException">404: there is no such run.</exception>
    public T Get(string id) => Find(id) ?? throw Unknown(id);

    /// <param name="first">The first state. Where it throws, nothing has begun.</param>
    /// <param name="run">Plays it, telling every state.</param>
    /// <exception cref="CommandException">409: something else is running.</exception>
    internal T Start(RunName name, Func<RunTurn<T>, T> first, Func<RunTurn<T>, Task<T>> run)
    {
        var cancel = new CancellationTokenSource();
        if (name.Simulated) return Begin(name, cancel, null, first, run);
        if (sort.AtATime is not null) return registry.Lease.Start($"start a {sort.Kind}", () => Begin(name, cancel, null, first, run));
        var held = registry.Lease.Take(sort.Kind, name.What!, cancel.Cancel);
        try
        {
            return Begin(name, cancel, held, first, run);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private T Begin(RunName name, CancellationTokenSource cancel, HeldLease? held, Func<RunTurn<T>, T> first, Func<RunTurn<T>, Task<T>> run)
    {
        T? state = null;
        registry.Begin(sort, name, next =>
        {
            var id = name.Id ?? next;
            var page = new RunPage<T>(id, sort, name.What ?? $"{char.ToUpperInvariant(sort.Kind[0])}{sort.Kind[1..]} {id}", registry.Now, cancel) { Simulated = name.Simulated };
            var turn = new RunTurn<T>(id, held, state => Tell(page, state), page.Show, cancel.Token);
            state = first(turn);
            page.Show(() => state);
            // On the pool: the caller is answered at once.
            page.Outcome = Task.Run(() => PlayAsync(page, turn, run), CancellationToken.None);
            return page;
        });
        return state!;
    }

    private async Task<T> PlayAsync(RunPage<T> page, RunTurn<T> turn, Func<RunTurn<T>, Task<T>> run)
    {
        using var giveBack = turn.Held;
        if (turn.Held is { } held) registry.Lease.Enter(held);
        try
        {
            return await run(turn);
        }
        finally
        {
            page.EndedAt = registry.Now;
            if (sort.InStore) page.Show(null);
        }
    }

    private void Tell(RunPage<T> page, T state)
    {
        if (page.EndedAt is null) page.Show(() => state);
        _listeners.Tell(state);
    }

    /// <exception cref="CommandException">404: there is no such run.</exception>
    public async Task<T> WhenDoneAsync(string id) => await (PageOf(id) ?? throw Unknown(id)).Outcome;

    /// <returns>Null when it is not under way.</returns>
    internal Task<T>? Outcome(string id) => PageOf(id)?.Outcome;

    internal bool IsRunning(string id) => PageOf(id) is { IsRunning: true };

    /// <summary>Cancels a run, which then puts back what it changed of settings and roles.</summary>
    /// <exception cref="CommandException">404 for an unknown run, 409 for one that is over.</exception>
    public void Cancel(string id)
    {
        var page = PageOf(id) ?? throw Unknown(id);
        if (!page.IsRunning) throw new CommandException(StatusCodes.Status409Conflict, $"Run {id} is over.");
        page.Cancel();
    }

    /// <returns>False: there is no such run, or it is over.</returns>
    internal bool TryCancel(string id)
    {
        if (PageOf(id) is not { IsRunning: true } page) return false;
        page.Cancel();
        return true;
    }

    internal void Forget(string id)
    {
        if (PageOf(id) is { } page) registry.Forget(page);
    }

    /// <inheritdoc cref="RunRegistry.EndAsync"/>
    internal Task<bool> EndAsync() => registry.EndAsync(p => p.Sort == sort);

    /// <summary>Calls back with every new state of any run, on the thread that made it so. Dispose to stop.</summary>
    public IDisposable Listen(Action<T> onChange) => _listeners.Add(onChange);

    private CommandException Unknown(string id) => new(StatusCodes.Status404NotFound, $"There is no run {id}; only the latest {sort.Remembered} are kept.");

    private RunPage<T>? PageOf(string id) => Pages().FirstOrDefault(p => p.Id == id);

    private IEnumerable<RunPage<T>> Pages() => registry.Pages(p => p.Sort == sort).Cast<RunPage<T>>();
}
