namespace KvLab.Web.Components.Bases;

/// <summary>
/// Has a page drawn after news, at most ten times a second whatever their rate, and always after the last. News come on the runner's thread, which is never held up.
/// </summary>
internal sealed class NewsFeed : IDisposable
{
    public static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly ITimer _timer;
    private int _armed;

    /// <param name="show">Called on a thread of the pool.</param>
    public NewsFeed(TimeProvider time, Func<Task> show) => _timer = time.CreateTimer(
        _ =>
        {
            Volatile.Write(ref _armed, 0);
            _ = show();
        }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Take()
    {
        if (Interlocked.Exchange(ref _armed, 1) == 0) _timer.Change(Rest, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer.Dispose();
}
