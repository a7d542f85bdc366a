using System.Collections.Immutable;
using KvLab.Core.Events;
using KvLab.Core.Waiting;

namespace KvLab.Core.Simulation;

/// <summary>Something that will happen when its time has come, or earlier if somebody chooses it.</summary>
/// <param name="Number">In the order in which they were set.</param>
public sealed record DueTimer(long Number, TimeSpan Due, Purpose? For);

/// <summary>
/// A clock that stands still until it is moved, and knows when its next timer is due. Timers due at one instant fire in a seeded random order.
/// </summary>
/// <remarks><c>FakeTimeProvider</c> does not say when its next timer is due, and fires ties in the order of their creation.</remarks>
public class VirtualTime(Random random) : TimeProvider, INamedBoot
{
    private static readonly DateTimeOffset Beginning = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<Firing, (long Due, int Tie)> _due = new();
    private long _ticks;
    private long _set;
    private int _lastCurrent;

    string INamedBoot.BootId => "virtual";

    /// <summary>What is set, the earliest first.</summary>
    public ImmutableArray<DueTimer> Pending
    {
        get
        {
            Purge();
            return [.. _due.UnorderedItems.Where(f => f.Element.IsCurrent).Select(f => f.Element.Told ??= new DueTimer(f.Element.Number, new TimeSpan(f.Priority.Due), f.Element.Timer.For)).OrderBy(t => (t.Due, t.Number))];
        }
    }

    // Whoever chooses leaves behind what was set for later and is over; on the way to a far choice nobody may look through all of it.
    private void Purge()
    {
        if (_due.Count < 2 * _lastCurrent + 64) return;
        var current = _due.UnorderedItems.Where(f => f.Element.IsCurrent).ToArray();
        _due.Clear();
        foreach (var (firing, key) in current) _due.Enqueue(firing, key);
        _lastCurrent = current.Length;
    }

    /// <summary>Fires one of those that are set, whichever: the clock goes on to when it was due, unless it shows more already.</summary>
    /// <returns>False where it is not set any more.</returns>
    public bool Fire(long number)
    {
        var (firing, key) = _due.UnorderedItems.FirstOrDefault(f => f.Element.IsCurrent && f.Element.Number == number);
        if (firing is null) return false;
        _ticks = Math.Max(_ticks, key.Due);
        firing.Fire();
        return true;
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override long GetTimestamp() => _ticks;
    public override DateTimeOffset GetUtcNow() => Beginning.AddTicks(_ticks);

    public TimeSpan Now => new(_ticks);

    /// <summary>When the next timer fires; null when none is set.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            while (_due.TryPeek(out var firing, out _) && !firing.IsCurrent) _due.Dequeue();
            return _due.TryPeek(out _, out var key) ? new TimeSpan(Math.Max(key.Due, _ticks)) : null;
        }
    }

    /// <summary>Moves the clock without firing anything.</summary>
    public void MoveTo(TimeSpan instant)
    {
        if (instant.Ticks < _ticks) throw new InvalidOperationException($"The clock shows {Now} and cannot go back to {instant}.");
        _ticks = instant.Ticks;
    }

    /// <summary>Fires one timer that is due now.</summary>
    /// <returns>False when none is.</returns>
    public bool FireOne()
    {
        if (NextDue is not { } due || due.Ticks > _ticks) return false;
        _due.Dequeue().Fire();
        return true;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state) { For = TakePurpose() };
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>One planned firing; changing or disposing its timer makes it void.</summary>
    private sealed record Firing(VirtualTimer Timer, int Plan, long Number)
    {
        /// <summary>Made where somebody asks what is set, and the same each time.</summary>
        public DueTimer? Told { get; set; }
        public bool IsCurrent => Timer.Plan == Plan;
        public void Fire() => Timer.Fire();
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        public int Plan { get; private set; }
        public Purpose? For { get; init; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Plan++;
            _period = period;
            if (dueTime != Timeout.InfiniteTimeSpan) Schedule(dueTime);
            return true;
        }

        public void Fire()
        {
            Plan++;
            if (_period > TimeSpan.Zero) Schedule(_period);
            callback(state);
        }

        public void Dispose() => Plan++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Schedule(TimeSpan after) =>
            time._due.Enqueue(new Firing(this, Plan, ++time._set), (time._ticks + Math.Max(0, after.Ticks), time.NextTie()));
    }

    /// <summary>What the timer is for that is made now, where somebody asked to be told.</summary>
    protected virtual Purpose? TakePurpose() => null;

    private int NextTie() => random.Next();
}

/// <summary>The same for somebody who chooses what happens next, and is told what each timer is for. Where nobody does, nobody pays for sentences.</summary>
public sealed class ChosenTime(Random random) : VirtualTime(random), IChosenTime
{
    private Purpose? _next;

    void IChosenTime.Next(Purpose? purpose) => _next = purpose;

    protected override Purpose? TakePurpose()
    {
        var purpose = _next;
        _next = null;
        return purpose;
    }
}
