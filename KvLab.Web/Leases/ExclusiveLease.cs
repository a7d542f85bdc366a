using System.Text.Json.Serialization;
using KvLab.Core.Observation;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Leases;

/// <summary>Who has the cluster for itself.</summary>
/// <param name="Holder">For people, such as <c>Experiment 20260101-…</c>.</param>
/// <param name="Kind">experiment, scenario, chaos, drill, storage or reset.</param>
/// <param name="Ending">Somebody took over: it puts the cluster back and ends.</param>
public sealed record LeaseView(string Holder, string Kind, DateTimeOffset Since, bool Ending)
{
    /// <summary>What it does now, or waits for, such as a line of a story; null where it does not say.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Doing { get; init; }
}

/// <summary>
/// One at a time: experiments, scenarios, chaos runs and drills change the cluster, so each needs it for itself. While one has it, everybody else's commands
/// are refused by name, unless somebody takes over. Whoever takes the lease gives it back by disposing it, whatever happens in between.
/// </summary>
public sealed class ExclusiveLease(TimeProvider? clock = null)
{
    internal const string StorageKind = "storage";

    /// <summary>How long a take-over waits until the run has put the cluster back.</summary>
    public static readonly TimeSpan TakeOverPatience = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Listeners<LeaseView?> _listeners = new();

    /// <summary>Asked before a run begins; throws a <see cref="CommandException"/> where none may begin now.</summary>
    internal Action BeforeRun { get; init; } = static () => { };

    // What a run does flows from the task that entered; everybody else has none.
    private readonly AsyncLocal<HeldLease?> _mine = new();
    private volatile HeldLease? _held;

    // What writes without having the cluster, named; null where nothing does.
    private Func<string?> _load = static () => null;

    /// <summary>Null: nobody has it.</summary>
    public LeaseView? Current => _held?.View;

    /// <summary>Whoever has it now; for those who watch over a run.</summary>
    internal HeldLease? Held => _held;

    /// <summary>The lease that the calling run holds; null for everybody else.</summary>
    internal HeldLease? Mine => _mine.Value is { } mine && mine == _held ? mine : null;

    /// <param name="holder">For people, such as <c>Scenario freeze</c>.</param>
    /// <param name="cancel">Ends the run; a take-over calls it.</param>
    /// <param name="evenUnderLoad">Whether a burst may go on meanwhile: only where nothing is measured.</param>
    /// <exception cref="CommandException">409: somebody else has it, or a burst is running that would be in its figures.</exception>
    internal HeldLease Take(string kind, string holder, Action cancel, bool evenUnderLoad = false)
    {
        HeldLease held;
        lock (_gate)
        {
            if (_held is { } other)
            {
                throw Conflict($"{other.View.Holder} is running; experiments, scenarios, chaos runs and drills share one cluster, so only one runs at a time. "
                    + "Wait until it ends, or take over (POST /api/cluster/take-over).");
            }

            // Where nothing is measured a burst may go on, and no run is counted.
            if (!evenUnderLoad)
            {
                if (_load() is { } load) throw Conflict($"{load} is running, and its writes would disturb this run. Wait until it ends, or cancel it.");
                BeforeRun();
            }

            _held = held = new HeldLease(new LeaseView(holder, kind, _time.GetUtcNow(), false), cancel, _time, GiveBack, () => _listeners.Tell(Current));
        }

        _listeners.Tell(held.View);
        return held;
    }

    /// <param name="load">Names what writes at this moment, such as <c>Burst burst-3</c>; null: nothing.</param>
    internal void WatchLoad(Func<string?> load) => _load = load;

    /// <summary>Starts something that goes on by itself, so that no run can begin between the question and the start.</summary>
    /// <exception cref="CommandException">409: somebody else has the cluster.</exception>
    internal T Start<T>(string act, Func<T> start)
    {
        lock (_gate)
        {
            Require(act);
            return start();
        }
    }

    /// <summary>From here on the calling task and what it starts act for the holder.</summary>
    internal void Enter(HeldLease held) => _mine.Value = held;

    /// <summary>Every command that could spoil a run asks here first.</summary>
    /// <param name="act">What is to be done, such as <c>change the settings</c>.</param>
    /// <returns>Dispose when it is done: what a run does itself is not counted as a disturbance.</returns>
    /// <exception cref="CommandException">409: somebody else has the cluster.</exception>
    internal IDisposable? Act(string act)
    {
        Require(act);
        return Mine?.BeginOwn(act);
    }

    /// <inheritdoc cref="Act"/>
    internal void Require(string act)
    {
        if (_held is not { } held || held == _mine.Value) return;
        throw Conflict($"{held.View.Holder} has the cluster, so nobody else can {act} now. Wait until it ends, or take over (POST /api/cluster/take-over), which cancels it.");
    }

    /// <summary>For a short change that must not meet the beginning of a run: takes the lease, unless the caller has it already.</summary>
    internal IDisposable? ActAlone(string kind, string holder) => Mine is { } mine ? mine.BeginOwn(holder) : Entered(Take(kind, holder, static () => { }, evenUnderLoad: true));

    private HeldLease Entered(HeldLease held)
    {
        Enter(held);
        return held;
    }

    /// <summary>Cancels what has the cluster, and waits until it has put back what it changed.</summary>
    /// <returns>Who had it.</returns>
    /// <exception cref="CommandException">409: nobody has it; 504: it did not end in time.</exception>
    public async Task<LeaseView> TakeOverAsync(CancellationToken cancellation = default)
    {
        var held = _held ?? throw Conflict("No run has the cluster to itself, so there is nothing to take over.");
        held.Cancel();
        _listeners.Tell(Current);
        try
        {
            await held.Over.WaitAwakeAsync(TakeOverPatience, _time, cancellation);
        }
        catch (TimeoutException late)
        {
            throw new CommandException(StatusCodes.Status504GatewayTimeout,
                $"{held.View.Holder} was cancelled, but did not restore the cluster within {TakeOverPatience.TotalSeconds:0} s. It still has the cluster.", inner: late);
        }

        return held.View;
    }

    /// <summary>Calls back when somebody takes the cluster, gives it back, or is taken over. Dispose to stop.</summary>
    public IDisposable Listen(Action<LeaseView?> onChange) => _listeners.Add(onChange);

    private void GiveBack(HeldLease held)
    {
        lock (_gate)
            if (_held == held) _held = null;
        _listeners.Tell(null);
    }

    private static CommandException Conflict(string sentence) => new(StatusCodes.Status409Conflict, sentence);
}
