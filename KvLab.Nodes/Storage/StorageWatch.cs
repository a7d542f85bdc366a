using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>
/// Whether a storage works, told once per change and not once per operation. A failed write is only made good by a write that works: a disk that is full
/// can be read all the time.
/// </summary>
internal sealed class StorageWatch(string kind, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly StorageStatus _ok = new(kind, true);
    private volatile StorageStatus _status = new(kind, true);
    private bool _byWrite;
    private long _failedAt;
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
            if (!_status.Ok) return false;
            _byWrite = write;
            _failedAt = time.GetTimestamp();
            _status = new StorageStatus(kind, false, failure.Failure, failure.Message);
            _changed?.Invoke(_status, TimeSpan.Zero);
            return true;
        }
    }
}
