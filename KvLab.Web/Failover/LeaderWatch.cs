using KvLab.Web.Timing;

namespace KvLab.Web.Failover;

/// <summary>
/// How long the leader has been silent, as far as somebody watched. The watcher is a process like any other: when it was away itself (a laptop's sleep, a busy machine, a
/// signal), it missed the answers, not the leader its duty, and it counts anew.
/// </summary>
internal sealed class LeaderWatch(TimeProvider time)
{
    private string? _watched;
    private long _beat;
    private TimeSpan _silent;

    /// <summary>A leader that was down before anybody looked is given the whole time too.</summary>
    public void Watch(string leader)
    {
        if (_watched == leader) return;
        _watched = leader;
        Heard();
    }

    /// <summary>Nobody is to be watched, or whoever is to be watched next is a stranger.</summary>
    public void Forget() => _watched = null;

    public void Heard() => (_silent, _beat) = (TimeSpan.Zero, time.GetTimestamp());

    /// <summary>The watcher still runs. To be called every <see cref="AwakeDeadline.Beat"/>, also while an answer is awaited.</summary>
    public void Beat()
    {
        var gap = time.GetElapsedTime(_beat);
        _silent = AwakeDeadline.WasAway(gap, AwakeDeadline.Beat) ? TimeSpan.Zero : _silent + gap;
        _beat = time.GetTimestamp();
    }

    /// <summary>Silence that was observed without a break.</summary>
    public TimeSpan Silent => _silent;

    /// <summary>Waits for an answer, and goes on beating.</summary>
    public async Task<bool> ListenAsync(Task<bool> answer, CancellationToken cancellation)
    {
        while (await Task.WhenAny(answer, Task.Delay(AwakeDeadline.Beat, time, cancellation)) != answer)
        {
            cancellation.ThrowIfCancellationRequested();
            Beat();
        }

        Beat();
        if (await answer) Heard();
        return await answer;
    }
}
