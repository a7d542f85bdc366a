namespace KvLab.Nodes.Timing;

/// <summary>
/// The system's time with timers that are exact to some ten microseconds; the runtime's own round to whole milliseconds, which is as long
/// as the delays that a lab may want to see. One thread sleeps until the earliest timer of all and runs the callbacks itself, one after the
/// other: a callback hands over work, or does what takes some microseconds (sends one message). The execution context does not flow into callbacks.
/// </summary>
public sealed class PreciseTimeProvider : TimeProvider, IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimerHeap _timers = new();
    private readonly IPreciseWait _wait;
    private readonly Thread _thread;

    // What the thread sleeps for. A timer that is due earlier must wake it, any other need not.
    private long _sleepsUntil;
    private bool _stopped;

    public PreciseTimeProvider()
        : this(OperatingSystem.IsLinux() ? new LinuxWait() : new PortableWait())
    {
    }

    internal PreciseTimeProvider(IPreciseWait wait)
    {
        _wait = wait;
        _thread = new Thread(Run) { IsBackground = true, Name = ThreadSeams.Timers };
        _thread.Start();
    }

    /// <summary>Whether whoever asks is on the thread of all timers.</summary>
    public bool IsOnItsThread => Thread.CurrentThread == _thread;

    /// <summary>Timers that are waiting.</summary>
    public int Count
    {
        get { lock (_gate) return _timers.Count; }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new PreciseTimer(this, callback, state);
        Change(timer, dueTime, period);
        return timer;
    }

    internal bool Change(PreciseTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        CheckSpan(dueTime, nameof(dueTime));
        CheckSpan(period, nameof(period));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            if (timer.Disposed) return false;
            _timers.Remove(timer);
            timer.Period = period > TimeSpan.Zero ? Math.Max(1, Units(period)) : 0;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.DueAt = GetTimestamp() + Units(dueTime);
                _timers.Add(timer);
                if (timer.DueAt < _sleepsUntil)
                {
                    // Noted here already, so that a burst of timers wakes the thread once and not once each.
                    _sleepsUntil = timer.DueAt;
                    _wait.Wake();
                }
            }

            return true;
        }
    }

    internal void Remove(PreciseTimer timer)
    {
        lock (_gate)
        {
            timer.Disposed = true;
            _timers.Remove(timer);
        }
    }

    private void Run()
    {
        while (TakeDue(out var due, out var sleepUntil))
        {
            if (due is null) _wait.WaitUntil(sleepUntil);
            else due.Fire();
        }
    }

    /// <returns>False when the provider was disposed.</returns>
    private bool TakeDue(out PreciseTimer? due, out long sleepUntil)
    {
        due = null;
        sleepUntil = 0;
        lock (_gate)
        {
            if (_stopped) return false;
            // While the thread is at work it looks at the heap again anyway.
            _sleepsUntil = 0;
            if (_timers.First is not { } first)
            {
                _sleepsUntil = sleepUntil = long.MaxValue;
                return true;
            }

            var now = GetTimestamp();
            if (first.DueAt > now)
            {
                _sleepsUntil = sleepUntil = first.DueAt;
                return true;
            }

            _timers.Remove(first);
            if (first.Period > 0)
            {
                // Periods that were missed altogether are left out instead of fired in a row.
                first.DueAt = Math.Max(first.DueAt + first.Period, now);
                _timers.Add(first);
            }

            due = first;
            return true;
        }
    }

    private long Units(TimeSpan span) => (long)(span.Ticks * ((double)TimestampFrequency / TimeSpan.TicksPerSecond));

    private static void CheckSpan(TimeSpan span, string name)
    {
        if (span == Timeout.InfiniteTimeSpan) return;
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(span, TimeSpan.FromMilliseconds(uint.MaxValue - 1), name);
    }

    /// <summary>Ends the thread; timers that wait never fire.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
            _wait.Wake();
        }

        if (Thread.CurrentThread != _thread) _thread.Join();
        _wait.Dispose();
    }
}
