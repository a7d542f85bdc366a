namespace KvLab.Web.Runs;

/// <summary>One line of the list of all runs.</summary>
/// <param name="Kind">burst, drill, scenario, chaos or experiment.</param>
/// <param name="What">For people, such as <c>Scenario freeze</c>.</param>
/// <param name="Running">False: it is over, whatever came of it.</param>
/// <param name="EndedAt">Null while it runs.</param>
public sealed record RunLine(string Id, string Kind, string What, bool Running, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>In virtual time; false: on real nodes.</summary>
    public bool Simulated { get; init; }
}

/// <summary>One run as the registry keeps it.</summary>
internal abstract class RunPage(string id, RunSort sort, string what, DateTimeOffset startedAt, CancellationTokenSource cancel)
{
    public string Id { get; } = id;
    public RunSort Sort { get; } = sort;
    public string What { get; } = what;
    public bool Simulated { get; init; }

    /// <summary>Set by whoever plays it, before it can be found.</summary>
    public abstract Task Work { get; }

    /// <summary>Null while it runs.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public bool IsRunning => !Work.IsCompleted;
    public RunLine Line => new(Id, Sort.Kind, What, IsRunning, startedAt, IsRunning ? null : EndedAt) { Simulated = Simulated };

    public void Cancel() => cancel.Cancel();
}

/// <typeparam name="T">An immutable state of a run; each change is a new one.</typeparam>
internal sealed class RunPage<T>(string id, RunSort sort, string what, DateTimeOffset startedAt, CancellationTokenSource cancel)
    : RunPage(id, sort, what, startedAt, cancel) where T : class
{
    private volatile Func<T>? _state;

    /// <summary>Completes with the last state, or with what it failed of.</summary>
    public Task<T> Outcome { get; set; } = new TaskCompletionSource<T>().Task;

    public override Task Work => Outcome;

    /// <summary>As of now: it is over for whoever looks when it is over for whoever waits. Null where only its line is kept.</summary>
    public T? State => _state is not { } state ? null : Outcome.IsCompletedSuccessfully ? Outcome.Result : state();

    /// <param name="state">Asked whenever somebody looks; null: its owner's store has it from here on.</param>
    public void Show(Func<T>? state) => _state = state;
}
