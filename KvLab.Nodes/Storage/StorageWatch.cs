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
    private bool _emptied;
    private long _failedAt, _lastFailedAt;
    private Action<StorageChange>? _changed;

    public StorageStatus Status => _status;

    /// <summary>Calls back at every change from now on, and at once where it does not work now.</summary>
    public void Watch(Action<StorageChange> changed)
    {
        lock (_gate)
        {
            _changed = changed;
            if (!_status.Ok) changed(new StorageChange(_status, TimeSpan.Zero, Emptied: false));
        }
    }

    /// <summary>It was made anew. Where it did not work before, that is told with its recovery.</summary>
    /// <returns>True where it is the beginning: it had not failed.</returns>
    public bool FoundEmpty()
    {
        lock (_gate)
        {
            _emptied = !_status.Ok;
            return _status.Ok;
        }
    }

    public void Worked(bool write)
    {
        if (_status.Ok) return;
        lock (_gate)
        {
            if (_status.Ok || (_byWrite && !write)) return;
            // Emptied it has room, and whoever follows what is stored must know before he hears of the next entry.
            if (_status.Failure == StoreFailure.Full && !_emptied && time.GetElapsedTime(_lastFailedAt) < Roomy) return;
            _status = _ok;
            _changed?.Invoke(new StorageChange(_status, time.GetElapsedTime(_failedAt), _emptied));
            _emptied = false;
        }
    }

    /// <returns>True when it worked until now.</returns>
    public bool Failed(StoreException failure, bool write)
    {
        lock (_gate)
        {
            _byWrite |= write;
            _lastFailedAt = time.GetTimestamp();
            var worked = _status.Ok;
            // What waiting cannot mend is told even where it was only slow until now: whoever waits must learn that it is in vain.
            if (!worked && (failure.Failure != StoreFailure.Schema || _status.Failure == StoreFailure.Schema)) return false;
            if (worked) (_byWrite, _failedAt) = (write, _lastFailedAt);
            _status = new StorageStatus(kind, false, failure.Failure, failure.Message);
            _changed?.Invoke(new StorageChange(_status, TimeSpan.Zero, Emptied: false));
            return worked;
        }
    }
}
