namespace KvLab.Core.Simulation;

/// <summary>
/// A world with one thread and one hand-operated clock. Everything that could happen next (continuations that are ready, timers that are
/// due) waits in a bag, and a seeded die decides what happens: each seed is one interleaving, the same one in every run.
/// </summary>
/// <remarks>
/// Works because Core never leaves the caller's context: no <c>Task.Run</c>, no <c>ConfigureAwait(false)</c>, no <c>Task.WaitAsync</c>.
/// A continuation that comes from another thread anyway is an error with its stack, not a flaky test.
/// </remarks>
/// <param name="inOrder">Continuations run first in, first out, and only timers are chosen: for somebody who chooses himself what happens next. Else the die decides.</param>
public sealed class VirtualWorld(int seed, bool inOrder = false) : SynchronizationContext
{
    private readonly List<(SendOrPostCallback Callback, object? State)> _ready = [];
    private int _thread = Environment.CurrentManagedThreadId;
    private readonly Random _dice = new(seed);
    private volatile string? _escape;
    private long _steps;

    public int Seed { get; } = seed;

    public VirtualTime Time { get; } = inOrder ? new ChosenTime(TiesOf(seed)) : new VirtualTime(TiesOf(seed));

    /// <summary>Chance for what a test does itself, apart from the die that orders the steps.</summary>
    public Random Random { get; } = new(seed ^ 0xFA17);

    public TimeSpan Now => Time.Now;

    /// <summary>Far above what a test needs; only a world that cannot come to rest reaches it, and says so instead of hanging.</summary>
    public long StepLimit { get; init; } = 5_000_000;

    /// <summary>Called before every step, on the world's thread: the way in for what another thread wants, such as an end before time.</summary>
    public Action? BeforeStep { get; init; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (Environment.CurrentManagedThreadId != _thread)
        {
            _escape = Environment.StackTrace;
            return;
        }

        _ready.Add((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in this world blocks.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs a story to its end; the clock jumps to the next timer whenever nothing else is left to do.</summary>
    public T Run<T>(Func<Task<T>> story)
    {
        var begun = Start(story);
        Drive(() => !begun.IsCompleted, null);
        if (!begun.IsCompleted) throw new InvalidOperationException($"Deadlock at {Now} with seed {Seed}: the story waits, and nothing is due.");
        return begun.Result;
    }

    public void Run(Func<Task> story) => Run(async () =>
    {
        await story();
        return true;
    });

    /// <summary>Begins a story and runs what can run without the clock moving.</summary>
    public Pending<T> Start<T>(Func<Task<T>> story)
    {
        var begun = new Pending<T>(Inside(story));
        Settle();
        return begun;
    }

    /// <summary>Does something and what follows from it at once; the clock stands still, and no timer fires that was not fired.</summary>
    public void Do(Action act) => Inside(() =>
    {
        _steps = 0;
        act();
        while (StepReady()) CheckStep();
        return true;
    });

    /// <summary>Runs everything that is ready at this instant.</summary>
    public void Settle() => Drive(() => true, Now);

    /// <summary>Lets this much time pass; every timer on the way fires at its own instant.</summary>
    public void Advance(double ms)
    {
        var until = Now + TimeSpan.FromMilliseconds(ms);
        Drive(() => true, until);
        Time.MoveTo(until);
    }

    /// <summary>Runs until something is so, and to the end of that instant.</summary>
    public void RunUntil(Func<bool> condition)
    {
        Drive(() => !condition(), null);
        if (!condition()) throw new InvalidOperationException($"Nothing is due any more at {Now}, with seed {Seed}, and it is still not so.");
        Settle();
    }

    /// <summary>Runs until nothing is ready and no timer is set.</summary>
    public void RunToRest() => Drive(() => true, null);

    /// <param name="until">The clock goes no further; null for no limit.</param>
    private void Drive(Func<bool> goOn, TimeSpan? until) => Inside(() =>
    {
        while (goOn())
        {
            CheckStep();
            BeforeStep?.Invoke();
            if (StepNow()) continue;
            if (Time.NextDue is not { } due || due > until) return true;
            Time.MoveTo(due);
        }

        return true;
    });

    private void CheckStep()
    {
        if (_escape is { } stack) throw new InvalidOperationException($"Something left the world's one thread and came back from here:\n{stack}");
        if (++_steps > StepLimit) throw new InvalidOperationException($"No rest after {StepLimit} steps, at {Now}, with seed {Seed}.");
    }

    private bool StepNow()
    {
        // A due timer and a ready continuation race as they would on a real machine.
        if (_ready.Count == 0 || (!inOrder && _dice.Next(4) == 0))
        {
            if (Time.FireOne()) return true;
        }

        return StepReady();
    }

    private bool StepReady()
    {
        if (_ready.Count == 0) return false;
        var chosen = inOrder ? 0 : _dice.Next(_ready.Count);
        var (callback, state) = _ready[chosen];
        if (!inOrder) _ready[chosen] = _ready[^1];
        _ready.RemoveAt(inOrder ? 0 : _ready.Count - 1);
        callback(state);
        return true;
    }

    /// <summary>Calls whoever watches from outside, such as a page or a store: nothing that it awaits comes back into this world.</summary>
    public static void Outside(Action action) => In(null, () =>
    {
        action();
        return true;
    });

    private static Random TiesOf(int seed) => new(seed ^ 0x5EED);

    private T Inside<T>(Func<T> action)
    {
        // It belongs to whoever drives it now.
        _thread = Environment.CurrentManagedThreadId;
        return In(this, action);
    }

    private static T In<T>(SynchronizationContext? context, Func<T> action)
    {
        var before = Current;
        SetSynchronizationContext(context);
        try
        {
            return action();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
