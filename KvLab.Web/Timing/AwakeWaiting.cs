namespace KvLab.Web.Timing;

internal static class AwakeWaiting
{
    /// <summary>As <c>WaitAsync</c>, but a pause of this process is not counted against what is waited for.</summary>
    /// <exception cref="TimeoutException">It was not there within <paramref name="patience"/>.</exception>
    public static async Task WaitAwakeAsync(this Task task, TimeSpan patience, TimeProvider time, CancellationToken cancellation = default)
    {
        using var deadline = new AwakeDeadline(patience, time, cancellation);
        try
        {
            await task.WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!task.IsCompleted && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    /// <inheritdoc cref="WaitAwakeAsync(Task, TimeSpan, TimeProvider, CancellationToken)"/>
    public static async Task<T> WaitAwakeAsync<T>(this Task<T> task, TimeSpan patience, TimeProvider time, CancellationToken cancellation = default)
    {
        await ((Task)task).WaitAwakeAsync(patience, time, cancellation);
        return await task;
    }
}
