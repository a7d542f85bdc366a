using KvLab.Core.Analysis;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Replays;
using KvLab.Core.Settings;
using KvLab.Web.Live;

namespace KvLab.Web.Replays;

/// <summary>
/// A recording as one viewer plays it. It has a moment, in ms of the observer that was told; while it plays, the moment moves on by the viewer's speed. Whoever listens is called on the
/// thread that moved it, at most <see cref="Interval"/> apart while it plays.
/// </summary>
public sealed class ReplaySession : ITrafficLookup, IAsyncDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(66);

    public const double Slowest = 0.01;
    public const double Fastest = 100;

    private readonly NearStates _stream;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Replay _replay;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _playing;
    private readonly Task _looking;

    private double _ms;
    private long _toldAt;
    private bool _plays;
    private double _speed = 1;

    public ReplaySession(IRecordedStream stream, TimeProvider time)
    {
        (_stream, _time) = (new NearStates(stream), time);
        _replay = new Replay(_stream);
        _ms = BeganMs;
        Snapshot = _replay.Look();
        _playing = PlayAsync();
        _looking = Task.Run(LookForMarks);
    }

    /// <summary>It shows another moment, or plays at another speed.</summary>
    public event Action? Moved;

    /// <summary>All that was so at the moment that is shown.</summary>
    public ClusterSnapshot Snapshot { get; private set; }

    /// <summary>What is worth going to; null while it is looked for.</summary>
    public Landmarks? Marks { get; private set; }

    /// <summary>What of the recording cannot be read, in a sentence; null where all could be so far.</summary>
    public string? Trouble { get; private set; }

    public bool Plays => _plays;
    public double Speed => _speed;

    /// <summary>The moment that is shown, since the recording began.</summary>
    public double AtMs { get { lock (_gate) return _ms - BeganMs; } }

    /// <summary>The same on the observer's clock, which the times of messages are on.</summary>
    public double ObserverMs { get { lock (_gate) return _ms; } }

    public DateTimeOffset Utc => _stream.First is { } first ? first.Utc.AddMilliseconds(AtMs) : default;

    public double LengthMs => (_stream.Last?.Ms ?? 0) - BeganMs;

    private double BeganMs => _stream.First?.Ms ?? 0;

    public void Play(bool plays) => Move(() =>
    {
        // Whoever plays at the end begins anew.
        if (plays && _ms >= BeganMs + LengthMs) Seek(BeganMs);
        (_plays, _toldAt) = (plays, _time.GetTimestamp());
    });

    public void SetSpeed(double speed)
    {
        lock (_gate) _speed = Math.Clamp(speed, Slowest, Fastest);
        Tell();
    }

    /// <param name="ms">Since the recording began.</param>
    public void GoTo(double ms) => Move(() => Seek(BeganMs + Math.Clamp(ms, 0, LengthMs)));

    /// <summary>To a place, where many may share a moment; it stands still there.</summary>
    public void GoTo(ReplayPlace place) => Stop(() => _replay.GoTo(place));

    /// <summary>One event onwards or back; it stands still then.</summary>
    public void StepEvent(bool back) => Stop(() =>
    {
        if (back) _replay.GoTo(_replay.BeforeLastEvent());
        else _replay.Step();
    });

    /// <summary>To the next of its kind, or the one before; it stands still there.</summary>
    /// <returns>False where there is none, or where they are still being looked for.</returns>
    public bool Jump(LandmarkKind kind, bool back)
    {
        ReplayPlace here;
        lock (_gate) here = _replay.Place;
        if ((back ? Marks?.Previous(kind, here) : Marks?.Next(kind, here)) is not { } mark) return false;
        Stop(() => _replay.GoTo(mark.Place));
        return true;
    }

    public TrafficCopy CopyTraffic()
    {
        lock (_gate) return _replay.CopyTraffic();
    }

    public byte[]? NextTraffic(TrafficCursor cursor)
    {
        lock (_gate) return _replay.NextTraffic(cursor);
    }

    private void Stop(Action move) => Move(() =>
    {
        _plays = false;
        move();
        _ms = Math.Max(BeganMs, _replay.At.Ms);
        Snapshot = _replay.Look();
    });

    /// <summary>What cannot be read is said, and the moment before it stays.</summary>
    private void Move(Action move)
    {
        lock (_gate)
        {
            try
            {
                move();
            }
            catch (Exception damage) when (damage is FormatException or IOException)
            {
                (_plays, Trouble) = (false, damage.Message);
            }
        }

        Tell();
    }

    private void Seek(double ms)
    {
        _replay.GoTo((long)ms);
        (_ms, Snapshot) = (ms, _replay.Look());
    }

    private async Task PlayAsync()
    {
        using var timer = new PeriodicTimer(Interval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ended.Token))
                if (_plays) Advance();
        }
        catch (OperationCanceledException)
        {
            // Its viewer is gone.
        }
    }

    private void Advance() => Move(() =>
    {
        var now = _time.GetTimestamp();
        var passed = _time.GetElapsedTime(_toldAt, now).TotalMilliseconds * _speed;
        _toldAt = now;
        var end = BeganMs + LengthMs;
        Seek(Math.Min(_ms + passed, end));
        if (_ms >= end) _plays = false;
    });

    private void LookForMarks()
    {
        try
        {
            Marks = Landmarks.In(_stream, _stream, _ended.Token);
            Tell();
        }
        catch (Exception damage) when (damage is FormatException or IOException)
        {
            Trouble = damage.Message;
            Tell();
        }
        catch (OperationCanceledException)
        {
            // Its viewer is gone.
        }
    }

    private void Tell() => Moved?.Invoke();

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await Task.WhenAll(_playing, _looking);
        _ended.Dispose();
    }
}
