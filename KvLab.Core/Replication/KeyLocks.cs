using KvLab.Core.Network;

namespace KvLab.Core.Replication;

/// <summary>
/// One step at a time per key, over a fixed number of locks: two keys may share one, a key never has two.
/// A lock is held over an asynchronous store, hence a semaphore. Which keys share one is the same in every process, so that runs can be repeated.
/// </summary>
internal sealed class KeyLocks
{
    private readonly SemaphoreSlim[] _stripes = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    public async ValueTask<Held> LockAsync(string key, CancellationToken cancellation)
    {
        var stripe = _stripes[DelaySchedule.StableHash(key) % (ulong)_stripes.Length];
        await stripe.WaitAsync(cancellation);
        return new Held(stripe);
    }

    public readonly struct Held(SemaphoreSlim stripe) : IDisposable
    {
        public void Dispose() => stripe.Release();
    }
}
