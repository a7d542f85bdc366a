namespace KvLab.Web.Leases;

/// <summary>The cluster, held by one run. Remembers when the run itself acted, so that what others did can be told apart, and what they did.</summary>
internal sealed class HeldLease : IDisposable
{
    /// <summary>So many disturbances are told one by one; the rest are counted.</summary>
    public const int MostTold = 50;

    private readonly Action _cancel;
    private readonly TimeProvider _time;
    private readonly Action<HeldLease> _giveBack;
    private readonly Action _changed;
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<OwnAct> _own = [];
    private readonly List<string> _disturbances = [];
    private int _untold;
    private int _taken;

    private volatile LeaseView _view;
    private int _ended;

    public HeldLease(LeaseView view, Action cancel, TimeProvider time, Action<HeldLease> giveBack, Action changed) =>
        (_view, _cancel, _time, _giveBack, _changed) = (view, cancel, time, giveBack, changed);

    public LeaseView View => _view;

    /// <summary>Completes when it is given back.</summary>
    public Task Over => _over.Task;

    public bool TakenOver => _view.Ending;

    public void Cancel()
    {
        lock (_gate) _view = _view with { Ending = true };
        _cancel();
    }

    /// <summary>What it does now: everybody who sees the page sees it.</summary>
    public void Say(string? doing)
    {
        lock (_gate)
        {
            if (_view.Doing == doing) return;
            _view = _view with { Doing = doing };
        }

        _changed();
    }

    /// <param name="what">What is done, such as <c>freeze a node</c>.</param>
    public IDisposable BeginOwn(string what)
    {
        var act = new OwnAct(what, _time);
        lock (_gate) _own.Add(act);
        return act;
    }

    /// <summary>Whether the run itself was acting then, give or take <paramref name="slack"/>.</summary>
    /// <param name="what">Only this act counts; null: any.</param>
    public bool WasOwn(DateTimeOffset at, TimeSpan slack, string? what = null)
    {
        lock (_gate)
        {
            // The latest first: what is asked about has just happened.
            for (var i = _own.Count - 1; i >= 0; i--)
                if ((what is null || what == _own[i].What) && at >= _own[i].From - slack && (_own[i].To is not { } to || at <= to + slack)) return true;
            return false;
        }
    }

    /// <param name="what">A sentence that names what somebody else did.</param>
    public void Disturb(string what)
    {
        lock (_gate)
        {
            if (_disturbances.Count < MostTold) _disturbances.Add(what);
            else _untold++;
        }
    }

    /// <summary>All of them so far.</summary>
    public IReadOnlyList<string> Disturbances
    {
        get { lock (_gate) return Told(0); }
    }

    /// <summary>Those that came since the last call.</summary>
    public IReadOnlyList<string> TakeNew()
    {
        lock (_gate)
        {
            var told = Told(_taken);
            (_taken, _untold) = (_disturbances.Count, 0);
            return told;
        }
    }

    private string[] Told(int from) => _untold == 0 ? [.. _disturbances.Skip(from)] : [.. _disturbances.Skip(from), $"{_untold} more changes from outside are not listed."];

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0) return;
        _giveBack(this);
        _over.TrySetResult();
    }

    private sealed class OwnAct(string what, TimeProvider time) : IDisposable
    {
        private long _to;

        public string What { get; } = what;
        public DateTimeOffset From { get; } = time.GetUtcNow();

        /// <summary>Null while it goes on.</summary>
        public DateTimeOffset? To => Interlocked.Read(ref _to) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

        public void Dispose() => Interlocked.CompareExchange(ref _to, time.GetUtcNow().UtcTicks, 0);
    }
}
