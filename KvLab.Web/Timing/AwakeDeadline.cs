namespace KvLab.Web.Timing;

/// <summary>
/// Ends a wait after so much time in which this process itself ran. A laptop that slept, a machine that was too busy, a signal that stopped the dashboard: what did not come
/// meanwhile may lie ready, so a wait that was interrupted by such a pause begins anew; not for ever, because a machine that is always too busy never lets it end otherwise.
/// </summary>
internal sealed class AwakeDeadline : IDisposable
{
    /// <summary>How often it looks whether it itself still runs.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(250);

    /// <summary>A beat that comes so much later than it should: nobody was there.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromMilliseconds(250);

    /// <summary>So many times a wait begins anew.</summary>
    public const int MostPauses = 5;

    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly CancellationTokenSource _source;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _left;
    private TimeSpan _next;
    private long _beat;
    private int _pauses;
    private bool _disposed;

    public AwakeDeadline(TimeSpan patience, TimeProvider time, CancellationToken cancellation = default)
    {
        (_patience, _left, _time) = (patience, patience, time);
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _timer = time.CreateTimer(static state => ((AwakeDeadline)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate) Arm();
    }

    /// <summary>Cancelled at the deadline, or when whoever waits is.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether nobody was there for a while: a beat came much later than it should.</summary>
    public static bool WasAway(TimeSpan gap, TimeSpan expected) => gap > expected + Late;

    public bool IsOver => Token.IsCancellationRequested;

    private void Arm()
    {
        (_next, _beat) = (_left < Beat ? _left : Beat, _time.GetTimestamp());
        _timer.Change(_next, Timeout.InfiniteTimeSpan);
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_disposed) return;
            var gap = _time.GetElapsedTime(_beat);
            _left = WasAway(gap, _next) && ++_pauses <= MostPauses ? _patience : _left - gap;
            if (_left > TimeSpan.Zero)
            {
                Arm();
                return;
            }
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // What was waited for was quicker by a hair.
        }
    }

    public void Dispose()
    {
        lock (_gate) _disposed = true;
        _timer.Dispose();
        _source.Dispose();
    }
}
