using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using Microsoft.AspNetCore.Components;

namespace KvLab.Web.Components.Bases;

/// <summary>
/// Follows the cluster's state for as long as it lives. Snapshots come on a foreign thread, at most ten a second; a snapshot that
/// arrives while an older one still waits for the dispatcher replaces it, so that a slow browser skips states instead of queueing them.
/// </summary>
public abstract class LiveComponent : ComponentBase, IDisposable
{
    private IDisposable? _subscription;
    private ClusterSnapshot? _newest;
    private int _queued;
    private volatile bool _disposed;

    [Inject] public required IClusterState State { get; init; }

    /// <summary>Begins with the current snapshot.</summary>
    protected override void OnInitialized()
    {
        (var snapshot, _subscription) = State.Subscribe(OnSnapshot);
        OnSnapshotShown(snapshot);
    }

    /// <summary>On the dispatcher, with each snapshot that is to be shown.</summary>
    protected abstract void OnSnapshotShown(ClusterSnapshot snapshot);

    private void OnSnapshot(ClusterSnapshot snapshot)
    {
        Volatile.Write(ref _newest, snapshot);
        if (Interlocked.Exchange(ref _queued, 1) == 1) return;
        _ = InvokeAsync(Show);
    }

    private void Show()
    {
        Volatile.Write(ref _queued, 0);
        if (_disposed || Volatile.Read(ref _newest) is not { } snapshot) return;
        OnSnapshotShown(snapshot);
    }

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        _disposed = true;
        _subscription?.Dispose();
        _subscription = null;
    }
}
