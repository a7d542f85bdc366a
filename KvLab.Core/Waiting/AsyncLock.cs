namespace KvLab.Core.Waiting;

/// <summary>
/// Lets in one at a time, over awaits, in the order of arrival. Whoever waits goes on in its own context: a semaphore resumes on the thread pool where
/// it had to wait with a token, and a world of one thread cannot have that.
/// </summary>
internal sealed class AsyncLock
{
    private readonly Lock _gate = new();
    private Queue<TaskCompletionSource>? _waiting;
    private bool _taken;

    /// <summary>Dispose what it returns to let the next one in.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before its turn came.</exception>
    public async ValueTask<Held> EnterAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        TaskCompletionSource turn;
        lock (_gate)
        {
            if (!_taken)
            {
                _taken = true;
                return new Held(this);
            }

            turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (_waiting ??= new Queue<TaskCompletionSource>()).Enqueue(turn);
        }

        await using (cancellation.UnsafeRegister(static (t, token) => ((TaskCompletionSource)t!).TrySetCanceled(token), turn)) await turn.Task;
        return new Held(this);
    }

    private void Leave()
    {
        lock (_gate)
        {
            // Who was cancelled meanwhile does not take its turn.
            while (_waiting is not null && _waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult()) return;
            }

            _taken = false;
        }
    }

    public readonly struct Held(AsyncLock entered) : IDisposable
    {
        public void Dispose() => entered.Leave();
    }
}
