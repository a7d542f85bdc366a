namespace KvLab.Core.Replication;

/// <summary>
/// Counts clients that wait and deliveries that are open. One lock for both: "nothing is under way" is a statement about one instant, and
/// two counters read one after the other can both show 0 at moments between which a write came in.
/// </summary>
internal sealed class OpenWork(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<Waiter> _waiting = [];
    private int _writes, _deliveries;

    public (int Writes, int Deliveries) Now
    {
        get { lock (_gate) return (_writes, _deliveries); }
    }

    public void BeginWrite() => Change(writes: 1, deliveries: 0);

    /// <summary>A write begins its deliveries before it ends, so that work which goes on in the background never looks finished in between.</summary>
    public void BeginDeliveries(int count) => Change(writes: 0, deliveries: count);

    public void EndWrite() => Change(writes: -1, deliveries: 0);

    public void EndDelivery() => Change(writes: 0, deliveries: -1);

    /// <returns>Completes when no delivery is open, whether or not clients wait.</returns>
    public Task WhenNoDeliveriesAsync() => Enlist(new Waiter(WritesToo: false)).Promise.Task;

    /// <returns>True when nothing is under way any more, false when that took longer than <paramref name="limit"/>, which may be infinite.</returns>
    public async Task<bool> WhenIdleAsync(TimeSpan limit)
    {
        var waiter = Enlist(new Waiter(WritesToo: true));
        await using var timer = time.CreateTimer(
            static w => ((Waiter)w!).Promise.TrySetResult(false), waiter, limit, Timeout.InfiniteTimeSpan);
        return await waiter.Promise.Task;
    }

    private Waiter Enlist(Waiter waiter)
    {
        lock (_gate)
        {
            if (!ReleaseIfDone(waiter)) _waiting.Add(waiter);
        }

        return waiter;
    }

    private void Change(int writes, int deliveries)
    {
        lock (_gate)
        {
            _writes += writes;
            _deliveries += deliveries;
            if (_deliveries == 0 && _waiting.Count > 0) _waiting.RemoveAll(ReleaseIfDone);
        }
    }

    private bool ReleaseIfDone(Waiter waiter)
    {
        if (_deliveries > 0 || (waiter.WritesToo && _writes > 0)) return false;
        waiter.Promise.TrySetResult(true);
        return true;
    }

    private sealed record Waiter(bool WritesToo)
    {
        public TaskCompletionSource<bool> Promise { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
