using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Core.Observation;
using KvLab.Core.Waiting;
using KvLab.Web.Csv;
using KvLab.Web.Problems;
using KvLab.Web.Reports;
using KvLab.Web.Runs;

namespace KvLab.Web.Experiments;

/// <summary>
/// Starts, pauses and cancels experiments, one at a time because they share one cluster, and keeps what they give. The page and the REST API know
/// only this. <c>ExperimentService.Simulated.cs</c> is for those that share nothing.
/// </summary>
public sealed partial class ExperimentService : IAsyncDisposable
{
    private readonly IExperimentCluster _cluster;
    private readonly RunStore _store;
    private readonly TimeProvider _time;
    private readonly RunBook<ExperimentRun> _runs;
    private readonly Listeners<RunNews> _listeners = new();
    private readonly UnstoredRuns _unstored = new();
    private readonly ConcurrentDictionary<string, Active> _active = new(StringComparer.Ordinal);

    public ExperimentService(IExperimentCluster cluster, RunStore store, TimeProvider time, RunBook<ExperimentRun> runs) =>
        (_cluster, _store, _time, _runs) = (cluster, store, time, runs);

    /// <summary>What the run under way can be told, and how much of it is stored.</summary>
    private sealed record Active(RunTurn<ExperimentRun> Turn, PauseGate Pause)
    {
        public required ExperimentRun Latest { get; set; }
        public int PointsStored { get; set; }
    }

    /// <summary>The run that has the cluster, as it is now; null when none has.</summary>
    public ExperimentRun? Current => _runs.All.FirstOrDefault(r => !r.IsOver && r.Environment.Simulation is null);

    /// <summary>Why experiments cannot be stored, or not even read, and what to do; null while all is well.</summary>
    public string? StoreProblem => _store.Problem;

    /// <exception cref="CommandException">503: the store cannot be read.</exception>
    public IReadOnlyList<RunSummary> List() => _unstored.Over(_store.List());

    /// <returns>Null when there is no such run.</returns>
    /// <exception cref="CommandException">503: it is there and cannot be read.</exception>
    public ExperimentRun? Find(string id) => _runs.Find(id) ?? _unstored.Find(id) ?? Stored(id);

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
        if (plan.Simulate) return await SimulateAsync(plan, cancellation);
        var followers = await FollowersAsync(cancellation);
        Require(plan, followers);
        var id = NewId();
        return _runs.Start(new RunName($"Experiment {id}", Id: id), turn => First(turn, plan, Here), turn => RunAsync(_active[turn.Id], plan));
    }

    private static void Require(ExperimentPlan plan, int followers)
    {
        var errors = plan.Validate(followers);
        if (errors.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);
    }

    private ExperimentRun First(RunTurn<ExperimentRun> turn, ExperimentPlan plan, RunEnvironment environment)
    {
        var first = new ExperimentRun { Id = turn.Id, Plan = plan, Environment = environment, StartedAt = _time.GetUtcNow(), Followers = [] };
        _unstored.Retry(_store);
        // Stored before anything is done to the cluster: what cannot be kept is not begun.
        _store.Save(first);
        _active[turn.Id] = new Active(turn, new PauseGate()) { Latest = first };
        return first;
    }

    private Task<ExperimentRun> RunAsync(Active active, ExperimentPlan plan) => ToEndAsync(active, async () =>
    {
        var runner = new ExperimentRunner(plan, _cluster, _time, active.Pause, run => Publish(active, run));
        await runner.RunAsync(active.Turn.Id, Here, active.Turn.Cancellation);
    });

    private async Task<ExperimentRun> ToEndAsync(Active active, Func<Task> play)
    {
        try
        {
            await play();
        }
        catch (Exception failure)
        {
            Publish(active, active.Latest with { State = RunState.Failed, Error = failure.Message, EndedAt = _time.GetUtcNow() });
        }

        _active.TryRemove(active.Turn.Id, out _);
        return active.Latest;
    }

    /// <summary>Waits for the end of the run that is under way.</summary>
    public Task<ExperimentRun> WhenDoneAsync(string id) => _runs.Outcome(id) ?? Task.FromResult(Find(id) ?? throw Unknown(id));

    /// <exception cref="CommandException">404 or 409: it is unknown, over, or simulated.</exception>
    public void Pause(string id) => Switch(RunningOnNodes(id), gate => gate.Pause());

    public void Resume(string id) => Switch(RunningOnNodes(id), gate => gate.Resume());

    /// <summary>The new state is told at once: a runner that waits for its writes would tell it much later.</summary>
    private void Switch(Active active, Action<PauseGate> change)
    {
        lock (active)
        {
            change(active.Pause);
            Publish(active, active.Latest);
        }
    }

    /// <summary>Ends the run after the writes that are under way; what was measured is kept.</summary>
    public void Cancel(string id)
    {
        Running(id);
        _runs.TryCancel(id);
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
        _runs.Forget(id);
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
            if (active.Turn.Held?.TakenOver == true && run is { State: RunState.Cancelled, Error: null }) run = run with { Error = "Somebody took the cluster over, which cancelled this run." };
            // Stored first, shown then: what somebody has seen is there after a kill.
            CommandException? unstored = null;
            if (run.Points.Count > active.PointsStored || run.State != active.Latest.State) unstored = _unstored.TryStore(_store, run);
            if (unstored is not null && run.IsOver) run = _unstored.Find(run.Id)!;
            active.PointsStored = run.Points.Count;
            active.Latest = run;
            active.Turn.Tell(run);
            _listeners.Tell(new RunNews(run.Id, run));
            // The runner ends, puts the cluster back, and comes here again with the end of the run.
            if (unstored is not null && !run.IsOver) throw unstored;
        }
    }

    private Active Running(string id)
    {
        if (_runs.IsRunning(id) && _active.TryGetValue(id, out var active)) return active;
        throw !_store.Has(id) ? Unknown(id) : new CommandException(StatusCodes.Status409Conflict, $"Experiment {id} is over.");
    }

    private void NotRunning(string id)
    {
        if (_runs.IsRunning(id)) throw new CommandException(StatusCodes.Status409Conflict, $"Experiment {id} is running; cancel it first.");
    }

    private static CommandException Unknown(string id) => new(StatusCodes.Status404NotFound, $"There is no experiment {id}.");

    private string NewId() => NewId(_time);

    internal static string NewId(TimeProvider time) => $"{time.GetUtcNow():yyyyMMdd-HHmmss}-{Guid.NewGuid().ToString("N")[..4]}";

    public static RunEnvironment Here { get; } = new(
        typeof(ExperimentService).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        $"{Environment.ProcessorCount} processors, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}");

    /// <summary>What does not end in time is left behind: the nodes end with the dashboard.</summary>
    public async ValueTask DisposeAsync()
    {
        if (await _runs.EndAsync()) _unstored.Retry(_store);
    }
}
