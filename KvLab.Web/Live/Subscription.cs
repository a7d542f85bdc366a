using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Live;

/// <summary>
/// Hands snapshots to one subscriber on the thread pool, one at a time. A slow subscriber gets only the newest:
/// what it missed meanwhile is contained in it.
/// </summary>
internal sealed class Subscription(Action<ClusterSnapshot> onChange, Action<Subscription> onDispose, Action<Exception>? onFailure = null) : IDisposable
{
    private readonly Lock _gate = new();

    // Invariant: at most one work item runs at a time, and one runs while a snapshot waits.
    private ClusterSnapshot? _next;
    private bool _running;
    private bool _disposed;

    /// <summary>Never blocks and never calls the subscriber on this thread.</summary>
    public void Offer(ClusterSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_disposed) return;
            _next = snapshot;
            if (_running) return;
            _running = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(static subscription => subscription.Deliver(), this, preferLocal: false);
    }

    private void Deliver()
    {
        while (true)
        {
            ClusterSnapshot snapshot;
            lock (_gate)
            {
                if (_disposed || _next is null)
                {
                    _running = false;
                    return;
                }
                snapshot = _next;
                _next = null;
            }
            try
            {
                onChange(snapshot);
            }
            catch (Exception failure)
            {
                // A subscriber whose circuit is gone must not end the process; what it failed at is said where somebody may read it.
                Dispose();
                onFailure?.Invoke(failure);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _next = null;
        }
        onDispose(this);
    }
}
