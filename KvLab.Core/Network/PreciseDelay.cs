namespace KvLab.Core.Network;

/// <summary>Waiting with the full precision of the <see cref="TimeProvider"/>; <c>Task.Delay</c> rounds to whole milliseconds.</summary>
public static class PreciseDelay
{
    /// <returns>Completes after <paramref name="delay"/>, or as cancelled.</returns>
    public static Task WaitAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled(cancellation);
        return delay <= TimeSpan.Zero ? Task.CompletedTask : new Waiting(cancellation).Start(time, delay);
    }

    // Continuations run elsewhere: the timer's thread only says "now", for it may carry thousands of delays.
    private sealed class Waiting(CancellationToken cancellation) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        private CancellationTokenRegistration _registration;
        private ITimer? _timer;

        public Task Start(TimeProvider time, TimeSpan delay)
        {
            _registration = cancellation.UnsafeRegister(static (state, token) => ((Waiting)state!).Cancel(token), this);
            _timer = time.CreateTimer(static state => ((Waiting)state!).Elapse(), this, delay, Timeout.InfiniteTimeSpan);
            // It may have ended before the field was set; then nobody else disposes the timer.
            if (Task.IsCompleted) _timer.Dispose();
            return Task;
        }

        private void Elapse()
        {
            if (!TrySetResult()) return;
            _registration.Unregister();
            _timer?.Dispose();
        }

        private void Cancel(CancellationToken token)
        {
            if (TrySetCanceled(token)) _timer?.Dispose();
        }
    }
}
