using System.Reflection;
using System.Runtime.InteropServices;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Observation;
using KvLab.Core.Waiting;
using KvLab.Web.Csv;
using KvLab.Web.Leases;
using KvLab.Web.Problems;
using KvLab.Web.Reports;
using KvLab.Web.Timing;

namespace KvLab.Web.Experiments;

/// <summary>
/// Starts, pauses and cancels experiments, one at a time because they share one cluster, and keeps what they give. The page and the REST API know
/// only this.
/// </summary>
public sealed class ExperimentService : IAsyncDisposable
{
    private readonly IExperimentCluster _cluster;
    private readonly RunStore _store;
    private readonly TimeProvider _time;
    private readonly ExclusiveLease _lease;
    private readonly Lock _gate = new();
    private readonly Listeners<RunNews> _listeners = new();
    private readonly UnstoredRuns _unstored = new();
    private Active? _active;

    /// <param name="lease">Shared with what else needs the cluster for itself; null: nothing else does.</param>
    public ExperimentService(IExperimentCluster cluster, RunStore store, TimeProvider time, ExclusiveLease? lease = null)
    {
        _cluster = cluster;
        _store = store;
        _time = time;
        _lease = lease ?? new ExclusiveLease(time);
    }

    private sealed record Active(string Id, PauseGate Pause, CancellationTokenSource Cancel, HeldLease Held)
    {
        public volatile ExperimentRun? Latest;
        public int PointsStored;

        public Task<ExperimentRun> Task { get; private set; } = System.Threading.Tasks.Task.FromException<ExperimentRun>(new InvalidOperationException("It has not begun."));

        /// <summary>On the pool: the caller is answered at once.</summary>
        public void Begin(Func<Task<ExperimentRun>> run) => Task = System.Threading.Tasks.Task.Run(run, CancellationToken.None);
    }

    /// <summary>The run under way as it is now; null when none is.</summary>
    public ExperimentRun? Current
    {
        get { lock (_gate) return _active?.Latest is { IsOver: false } run ? run : null; }
    }

    /// <summary>Why experiments cannot be stored, or not even read, and what to do; null while all is well.</summary>
    public string? StoreProblem => _store.Problem;

    /// <exception cref="CommandException">503: the store cannot be read.</exception>
    public IReadOnlyList<RunSummary> List() => _unstored.Over(_store.List());

    /// <returns>Null when there is no such run.</returns>
    /// <exception cref="CommandException">503: it is there and cannot be read.</exception>
    public ExperimentRun? Find(string id)
    {
        lock (_gate)
            if (_active is { } active && active.Id == id && active.Latest is { } latest) return latest;
        return _unstored.Find(id) ?? Stored(id);
    }

    private ExperimentRun? Stored(string id)
    {
        try
        {
            return _store.Load(id);
        }
        catch (WrongRunException damaged)
        {
            throw new CommandException(StatusCodes.Status503ServiceUnavailable, $"{damaged.Message} Its other runs can be read; delete this one, or import its export.", inner: damaged);
        }
    }

    /// <exception cref="CommandException">400 with all problems of the plan, 409 while something else has the cluster, 503 or 507 when the run cannot be stored.</exception>
    public async Task<ExperimentRun> StartAsync(ExperimentPlan plan, CancellationToken cancellation = default)
    {
        var followers = await FollowersAsync(cancellation);
        var errors = plan.Validate(followers);
        if (errors.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);
        var id = NewId();
        var cancel = new CancellationTokenSource();
        var held = _lease.Take("experiment", $"Experiment {id}", cancel.Cancel);
        try
        {
            var first = new ExperimentRun { Id = id, Plan = plan, Environment = Here, StartedAt = _time.GetUtcNow(), Followers = [] };
            _unstored.Retry(_store);
            // Stored before anything is done to the cluster: what cannot be kept is not begun.
            _store.Save(first);
            var active = new Active(id, new PauseGate(), cancel, held) { Latest = first };
            lock (_gate) _active = active;
            active.Begin(() => RunAsync(active, plan));
            return first;
        }
        catch
        {
            held.Dispose();
            cancel.Dispose();
            throw;
        }
    }

    /// <summary>Gives the lease back, whatever happens, and only after it has said how the run ended.</summary>
    private async Task<ExperimentRun> RunAsync(Active active, ExperimentPlan plan)
    {
        using var giveBack = active.Held;
        _lease.Enter(active.Held);
        try
        {
            var runner = new ExperimentRunner(plan, _cluster, _time, active.Pause, run => Publish(active, run));
            await runner.RunAsync(active.Id, Here, active.Cancel.Token);
        }
        catch (Exception failure)
        {
            Publish(active, active.Latest! with { State = RunState.Failed, Error = failure.Message, EndedAt = _time.GetUtcNow() });
        }

        return active.Latest!;
    }

    /// <summary>Waits for the end of the run that is under way.</summary>
    public Task<ExperimentRun> WhenDoneAsync(string id)
    {
        lock (_gate)
            if (_active is { } active && active.Id == id) return active.Task;
        return Task.FromResult(Find(id) ?? throw Unknown(id));
    }

    public void Pause(string id) => Switch(Running(id), gate => gate.Pause());

    public void Resume(string id) => Switch(Running(id), gate => gate.Resume());

    /// <summary>The new state is told at once: a runner that waits for its writes would tell it much later.</summary>
    private void Switch(Active active, Action<PauseGate> change)
    {
        lock (active)
        {
            change(active.Pause);
            Publish(active, active.Latest!);
        }
    }

    /// <summary>Ends the run after the writes that are under way; what was measured is kept.</summary>
    public void Cancel(string id)
    {
        var active = Running(id);
        active.Cancel.Cancel();
    }

    public void Rename(string id, string name)
    {
        if (ExperimentPlan.CheckName(name) is { } wrong) throw new CommandException(StatusCodes.Status400BadRequest, wrong, [new("name", wrong)]);
        NotRunning(id);
        if (!_store.Rename(id, name)) throw Unknown(id);
        _listeners.Tell(new RunNews(id, Stored(id)));
    }

    public void Delete(string id)
    {
        NotRunning(id);
        var known = _unstored.Forget(id);
        if (!_store.Delete(id) && !known) throw Unknown(id);
        lock (_gate)
            if (_active?.Id == id) _active = null;
        _listeners.Tell(new RunNews(id, null));
    }

    /// <summary>Adds a run that was exported elsewhere, under its own id or, where that is taken, a new one.</summary>
    /// <exception cref="CommandException">400 with the fields: no run file, a changed one, or none that was measured; 503 or 507 when it cannot be stored.</exception>
    public ExperimentRun Import(ReadOnlySpan<byte> file)
    {
        try
        {
            var run = RunFile.Read(file);
            if (!run.IsOver) run = run with { State = RunState.Broken };
            Drawn(run);
            if (_store.Has(run.Id) || _unstored.Find(run.Id) is not null) run = run with { Id = NewId() };
            _store.Save(run);
            _listeners.Tell(new RunNews(run.Id, run));
            return run;
        }
        catch (WrongRunException problem)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, problem.Message, problem.Errors, problem);
        }
    }

    /// <summary>Everything that pages and reports make of a run is made once before it is kept, so that what cannot be shown is never stored.</summary>
    private static void Drawn(ExperimentRun run)
    {
        try
        {
            SanityDetector.Inspect(run);
            RunView.Of(run);
            RunCsv.Points(run);
            ReportBuilder.Build(new ReportRequest { Runs = [run.Id] }, [run]);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            throw new WrongRunException("run", $"This run cannot be shown, so it was not added: {problem.Message}", problem);
        }
    }

    public async Task<TimeSpan> EstimateAsync(ExperimentPlan plan, CancellationToken cancellation = default) =>
        DurationEstimate.Of(plan, await FollowersAsync(cancellation));

    public async Task<int> FollowersAsync(CancellationToken cancellation = default) => (await _cluster.FollowersAsync(cancellation)).Count;

    /// <summary>Calls back with every new state of any run, and when one is deleted, on the thread that made it so. Dispose to stop.</summary>
    public IDisposable Listen(Action<RunNews> onChange) => _listeners.Add(onChange);

    private void Publish(Active active, ExperimentRun run)
    {
        lock (active)
        {
            // A pause that came while the runner made this state counts.
            if (!run.IsOver) run = run with { State = active.Pause.IsPaused ? RunState.Paused : RunState.Running };
            if (active.Held.TakenOver && run is { State: RunState.Cancelled, Error: null }) run = run with { Error = "Somebody took the cluster over, which cancelled this run." };
            // Stored first, shown then: what somebody has seen is there after a kill.
            CommandException? unstored = null;
            if (run.Points.Count > active.PointsStored || run.State != active.Latest?.State) unstored = _unstored.TryStore(_store, run);
            if (unstored is not null && run.IsOver) run = _unstored.Find(run.Id)!;
            active.PointsStored = run.Points.Count;
            active.Latest = run;
            _listeners.Tell(new RunNews(run.Id, run));
            // The runner ends, puts the cluster back, and comes here again with the end of the run.
            if (unstored is not null && !run.IsOver) throw unstored;
        }
    }

    private Active Running(string id)
    {
        lock (_gate)
        {
            if (_active is { Task.IsCompleted: false } active && active.Id == id) return active;
        }

        throw !_store.Has(id) ? Unknown(id) : new CommandException(StatusCodes.Status409Conflict, $"Experiment {id} is over.");
    }

    private void NotRunning(string id)
    {
        lock (_gate)
            if (_active is { Task.IsCompleted: false } active && active.Id == id)
                throw new CommandException(StatusCodes.Status409Conflict, $"Experiment {id} is running; cancel it first.");
    }

    private static CommandException Unknown(string id) => new(StatusCodes.Status404NotFound, $"There is no experiment {id}.");

    private string NewId() => $"{_time.GetUtcNow():yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N")[..4]}";

    public static RunEnvironment Here { get; } = new(
        typeof(ExperimentService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        $"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    /// <summary>What does not end in time is left behind: the nodes end with the dashboard.</summary>
    public async ValueTask DisposeAsync()
    {
        Active? active;
        lock (_gate) active = _active;
        if (active is null) return;
        await active.Cancel.CancelAsync();
        if (!await Shutdown.EndsAsync(active.Task, _time)) return;
        _unstored.Retry(_store);
    }
}
