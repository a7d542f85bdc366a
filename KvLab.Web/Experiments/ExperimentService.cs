using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using KvLab.Core.Experiments;
using KvLab.Web.Commands;
using KvLab.Web.Scenarios;

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
    private readonly LabTurn _turns;
    private readonly Lock _gate = new();
    private readonly Listeners<RunNews> _listeners = new();
    private Active? _active;

    /// <param name="turns">Shared with what else needs the cluster for itself; null: nothing else does.</param>
    public ExperimentService(IExperimentCluster cluster, RunStore store, TimeProvider time, LabTurn? turns = null)
    {
        _cluster = cluster;
        _store = store;
        _time = time;
        _turns = turns ?? new LabTurn();
    }

    private sealed record Active(string Id, Task<ExperimentRun> Task, PauseGate Pause, CancellationTokenSource Cancel)
    {
        public volatile ExperimentRun? Latest;
        public int PointsStored;
    }

    /// <summary>The run under way as it is now; null when none is.</summary>
    public ExperimentRun? Current
    {
        get { lock (_gate) return _active?.Latest is { IsOver: false } run ? run : null; }
    }

    public IReadOnlyList<RunSummary> List() => _store.List();

    /// <returns>Null when there is no such run.</returns>
    public ExperimentRun? Find(string id)
    {
        lock (_gate)
            if (_active is { } active && active.Id == id && active.Latest is { } latest) return latest;
        return _store.Load(id);
    }

    /// <exception cref="CommandException">400 with all problems of the plan, or 409 while another experiment runs.</exception>
    public async Task<ExperimentRun> StartAsync(ExperimentPlan plan, CancellationToken cancellation = default)
    {
        var followers = await FollowersAsync(cancellation);
        var errors = plan.Validate(followers);
        if (errors.Count > 0) throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.Select(e => e.Message)), errors);
        lock (_gate)
        {
            if (_active is { Task.IsCompleted: false } other)
                throw new CommandException(StatusCodes.Status409Conflict, $"Experiment {other.Id} is running; experiments share one cluster, so only one runs at a time.");
            var id = NewId();
            var turn = _turns.Take($"Experiment {id}");
            var pause = new PauseGate();
            var cancel = new CancellationTokenSource();
            // The runner begins on the pool; its first state is published before anybody can ask for it.
            var first = new ExperimentRun { Id = id, Plan = plan, Environment = Here, StartedAt = _time.GetUtcNow(), Followers = [] };
            Active? active = null;
            var runner = new ExperimentRunner(plan, _cluster, _time, pause, run => Publish(active!, run));
            var ready = new TaskCompletionSource();
            var task = Task.Run(async () =>
            {
                using var held = turn;
                await ready.Task;
                return await runner.RunAsync(id, Here, cancel.Token);
            }, CancellationToken.None);
            active = new Active(id, task, pause, cancel) { Latest = first };
            _active = active;
            _store.Save(first);
            ready.SetResult();
            return first;
        }
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
        if (name is not { Length: > 0 and <= 120 })
            throw new CommandException(StatusCodes.Status400BadRequest, "name must have 1 to 120 characters.", [new("name", "name must have 1 to 120 characters.")]);
        NotRunning(id);
        if (!_store.Rename(id, name)) throw Unknown(id);
        _listeners.Tell(new RunNews(id, _store.Load(id)));
    }

    public void Delete(string id)
    {
        NotRunning(id);
        if (!_store.Delete(id)) throw Unknown(id);
        lock (_gate)
            if (_active?.Id == id) _active = null;
        _listeners.Tell(new RunNews(id, null));
    }

    /// <summary>Adds a run that was exported elsewhere, under its own id or, where that is taken, a new one.</summary>
    /// <exception cref="CommandException">400: no run file, or a changed one.</exception>
    public ExperimentRun Import(ReadOnlySpan<byte> file)
    {
        try
        {
            var run = RunFile.Read(file);
            if (_store.Load(run.Id) is not null) run = run with { Id = NewId() };
            if (!run.IsOver) run = run with { State = RunState.Broken };
            _store.Save(run);
            _listeners.Tell(new RunNews(run.Id, run));
            return run;
        }
        catch (FormatException problem)
        {
            throw new CommandException(StatusCodes.Status400BadRequest, problem.Message, [new("file", problem.Message)]);
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
            // Stored first, shown then: what somebody has seen is there after a kill.
            if (run.Points.Count > active.PointsStored || run.State != active.Latest?.State) _store.Save(run);
            active.PointsStored = run.Points.Count;
            active.Latest = run;
            _listeners.Tell(new RunNews(run.Id, run));
        }
    }

    private Active Running(string id)
    {
        lock (_gate)
        {
            if (_active is { Task.IsCompleted: false } active && active.Id == id) return active;
        }

        throw _store.Load(id) is null ? Unknown(id) : new CommandException(StatusCodes.Status409Conflict, $"Experiment {id} is over.");
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

    public async ValueTask DisposeAsync()
    {
        Active? active;
        lock (_gate) active = _active;
        if (active is null) return;
        await active.Cancel.CancelAsync();
        // Never throws: a run that fails says so in its state.
        await active.Task;
        active.Cancel.Dispose();
    }
}
