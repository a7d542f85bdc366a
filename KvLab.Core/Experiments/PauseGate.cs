namespace KvLab.Core.Experiments;

/// <summary>Lets a run stop between writes and go on later.</summary>
public sealed class PauseGate
{
    private readonly Lock _gate = new();
    private readonly List<TaskCompletionSource> _waiting = [];
    private bool _paused;

    public bool IsPaused
    {
        get { lock (_gate) return _paused; }
    }

    public void Pause()
    {
        lock (_gate) _paused = true;
    }

    public void Resume()
    {
        lock (_gate)
        {
            _paused = false;
            foreach (var waiter in _waiting) waiter.TrySetResult();
            _waiting.Clear();
        }
    }

    /// <exception cref="OperationCanceledException">Cancelled while paused.</exception>
    public async Task WaitAsync(CancellationToken cancellation)
    {
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (!_paused) return;
            _waiting.Add(waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        await using (cancellation.UnsafeRegister(static w => ((TaskCompletionSource)w!).TrySetResult(), waiter)) await waiter.Task;
        cancellation.ThrowIfCancellationRequested();
    }
}
