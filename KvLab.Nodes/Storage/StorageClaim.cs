using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>
/// A name space belongs to one running process: two would give out the same versions and overwrite each other's entries. The claim ends with the process, by
/// the kernel's or the server's hand, so that nobody waits for a lease of a node that was killed.
/// </summary>
internal static class StorageClaim
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries for a second, by the clock: who held it may have ended just now, and the server may not know yet; but where one try takes long,
    /// ten of them would outlast the caller's deadline, and what is in use would look like what is slow, which a node waits for.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Schema"/>: another process has it.</exception>
    public static async Task TakeAsync(Func<Task<bool>> tryTake, string what, TimeProvider time, CancellationToken deadline)
    {
        var startedAt = time.GetTimestamp();
        while (!await tryTake())
        {
            if (time.GetElapsedTime(startedAt) >= Patience) throw new StoreException(
                StoreFailure.Schema, $"{what} is in use by another running process. Two labs that store in one place need different names: set LAB (or --Cluster:Lab of the dashboard).");
            await Task.Delay(Pause, time, deadline);
        }
    }
}
