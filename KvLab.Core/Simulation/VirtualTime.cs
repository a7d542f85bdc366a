namespace KvLab.Core.Simulation;

/// <summary>
/// A clock that stands still until it is moved, and knows when its next timer is due. Timers due at one instant fire in a seeded random order.
/// </summary>
/// <remarks><c>FakeTimeProvider</c> does not say when its next timer is due, and fires ties in the order of their creation.</remarks>
public sealed class VirtualTime(Random random) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly PriorityQueue<Firing, (long Due, int Tie)> _due = new();
    private long _ticks;

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
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>One planned firing; changing or disposing its timer makes it void.</summary>
    private sealed record Firing(VirtualTimer Timer, int Plan)
    {
        public bool IsCurrent => Timer.Plan == Plan;
        public void Fire() => Timer.Fire();
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        public int Plan { get; private set; }

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
            time._due.Enqueue(new Firing(this, Plan), (time._ticks + Math.Max(0, after.Ticks), time.NextTie()));
    }

    private int NextTie() => random.Next();
}
