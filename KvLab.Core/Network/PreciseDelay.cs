using KvLab.Core.Waiting;

namespace KvLab.Core.Network;

/// <summary>Waiting with the full precision of the <see cref="TimeProvider"/>; <c>Task.Delay</c> rounds to whole milliseconds.</summary>
public static class PreciseDelay
{
    /// <returns>Completes after <paramref name="delay"/>, or as cancelled.</returns>
    public static Task WaitAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellation) =>
        WaitAsync(time, delay, TaskCreationOptions.RunContinuationsAsynchronously, cancellation);

    /// <summary>
    /// The same for what takes some microseconds, like sending one message: it goes on at once, on the timer's own thread, on which other delays wait. Waking another
    /// thread for it may take longer than the delays that a class wants to see.
    /// </summary>
    public static Task WaitForSendingAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellation) =>
        WaitAsync(time, delay, TaskCreationOptions.None, cancellation);

    private static Task WaitAsync(TimeProvider time, TimeSpan delay, TaskCreationOptions continuations, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled(cancellation);
        if (delay > TimeSpan.Zero) return new Waiting(continuations, cancellation).Start(time, delay);
        if (time is IChosenTime chosen) chosen.Next(null);
        return Task.CompletedTask;
    }

    private sealed class Waiting(TaskCreationOptions continuations, CancellationToken cancellation) : TaskCompletionSource(continuations)
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
