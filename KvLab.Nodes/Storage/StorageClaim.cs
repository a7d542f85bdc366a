using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>
/// A name space belongs to one running process: two would give out the same versions and overwrite each other's entries. The claim ends with the process, by
/// the kernel's or the server's hand, so that nobody waits for a lease of a node that was killed.
/// </summary>
internal static class StorageClaim
{
    private const int Tries = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Tries for a second: who held it may have ended just now, and the server may not know yet.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Schema"/>: another process has it.</exception>
    public static async Task TakeAsync(Func<Task<bool>> tryTake, string what, CancellationToken deadline)
    {
        for (var tried = 0; tried < Tries; tried++)
        {
            if (await tryTake()) return;
            await Task.Delay(Pause, deadline);
        }

        throw new StoreException(
            StoreFailure.Schema, $"{what} is in use by another running process. Two labs that store in one place need different names: set LAB (or --Cluster:Lab of the dashboard).");
    }
}
