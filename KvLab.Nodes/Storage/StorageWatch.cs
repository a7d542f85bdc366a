using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>
/// Whether a storage works, told once per change and not once per operation. A failed write is only made good by a write that works: a disk that is full
/// can be read all the time. And it may have room for a small write, such as the probe's, when it has none for the next entry: so it works again when it
/// has refused nothing for a while.
/// </summary>
internal sealed class StorageWatch(string kind, TimeProvider time)
{
    /// <summary>A full storage has room again when it has refused nothing for so long.</summary>
    public static readonly TimeSpan Roomy = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly StorageStatus _ok = new(kind, true);
    private volatile StorageStatus _status = new(kind, true);
    private bool _byWrite;
    private long _failedAt, _lastFailedAt;
    private Action<StorageStatus, TimeSpan>? _changed;

    public StorageStatus Status => _status;

    /// <summary>Calls back at every change from now on, and at once where it does not work now. The time is how long it had not worked.</summary>
    public void Watch(Action<StorageStatus, TimeSpan> changed)
    {
        lock (_gate)
        {
            _changed = changed;
            if (!_status.Ok) changed(_status, TimeSpan.Zero);
        }
    }

    public void Worked(bool write)
    {
        if (_status.Ok) return;
        lock (_gate)
        {
            if (_status.Ok || (_byWrite && !write)) return;
            if (_status.Failure == StoreFailure.Full && time.GetElapsedTime(_lastFailedAt) < Roomy) return;
            _status = _ok;
            _changed?.Invoke(_status, time.GetElapsedTime(_failedAt));
        }
    }

    /// <returns>True when it worked until now.</returns>
    public bool Failed(StoreException failure, bool write)
    {
        lock (_gate)
        {
            _byWrite |= write;
            _lastFailedAt = time.GetTimestamp();
            if (!_status.Ok) return false;
            _byWrite = write;
            _failedAt = _lastFailedAt;
            _status = new StorageStatus(kind, false, failure.Failure, failure.Message);
            _changed?.Invoke(_status, TimeSpan.Zero);
            return true;
        }
    }
}
