using KvLab.Core.Network;
using KvLab.Core.Waiting;

namespace KvLab.Core.Replication;

/// <summary>
/// One step at a time per key, over a fixed number of locks: two keys may share one, a key never has two.
/// Which keys share one is the same in every process, so that runs can be repeated.
/// </summary>
internal sealed class KeyLocks
{
    private readonly AsyncLock[] _stripes = [.. Enumerable.Range(0, 256).Select(_ => new AsyncLock())];

    public ValueTask<AsyncLock.Held> LockAsync(string key, CancellationToken cancellation) =>
        _stripes[DelaySchedule.StableHash(key) % (ulong)_stripes.Length].EnterAsync(cancellation);
}
