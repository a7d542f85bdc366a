namespace KvLab.Core.Waiting;

/// <summary>Lets go on only while it is not paused: a run between writes, whatever a frozen node would do. Whoever waits goes on in its own context.</summary>
public sealed class PauseGate
{
    private readonly Lock _gate = new();
    private readonly HashSet<TaskCompletionSource> _waiting = [];
    private volatile bool _paused;

    public bool IsPaused => _paused;

    public void Pause()
    {
        lock (_gate) _paused = true;
    }

    public void Resume()
    {
        lock (_gate)
        {
            _paused = false;
            foreach (var turn in _waiting) turn.TrySetResult();
        }
    }

    /// <summary>Completes when it is not paused.</summary>
    /// <exception cref="OperationCanceledException">Cancelled while paused.</exception>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        while (Join() is { } turn)
        {
            try
            {
                await using (cancellation.UnsafeRegister(static (t, token) => ((TaskCompletionSource)t!).TrySetCanceled(token), turn)) await turn.Task;
            }
            finally
            {
                lock (_gate) _waiting.Remove(turn);
            }
        }
    }

    /// <returns>Null when there is nothing to wait for.</returns>
    private TaskCompletionSource? Join()
    {
        lock (_gate)
        {
            if (!_paused) return null;
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add(turn);
            return turn;
        }
    }
}
