using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

/// <summary>
/// <c>--check-storage</c>: whether a node could use what <c>STORAGE</c> names, before one is ended or started for it. The libraries that read connection
/// strings and know passwords are the node's, so it is the node that is asked.
/// </summary>
internal static class StorageCheck
{
    public const string Argument = "--check-storage";

    /// <summary>Never usable: another password, another node's file.</summary>
    private const int Wrong = 1;

    /// <summary>Perhaps later: nobody listens, or nobody answers in time.</summary>
    private const int NotNow = 4;

    /// <returns>The exit code; 0 where nothing is wrong. What is wrong is written to the errors, in one sentence.</returns>
    public static async Task<int> RunAsync(StorageOption storage, string lab, string node)
    {
        if (StoreFactory.Create(storage, lab, node) is not DurableStore store) return 0;
        await using (store)
        {
            if (await store.CheckAsync(CancellationToken.None) is not { } problem) return 0;
            Console.Error.WriteLine(problem.Message);
            return problem.Failure == StoreFailure.Schema ? Wrong : NotNow;
        }
    }
}
