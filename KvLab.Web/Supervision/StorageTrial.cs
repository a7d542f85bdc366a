using KvLab.Web.NodeCalls;
using KvLab.Web.Options;
using KvLab.Web.Timing;

namespace KvLab.Web.Supervision;

/// <summary>What a node says of a storage before any node is ended or started for it.</summary>
/// <param name="Field">What to mend, by the name under which it was given.</param>
/// <param name="IsInput">What was written is no connection; else the server, or the file, refuses it.</param>
internal sealed record StorageVerdict(string Field, bool IsInput, bool IsFinal, string Sentence);

/// <summary>
/// Asks the nodes' program (<c>--check-storage</c>), because it alone has the libraries that read connection strings and log in: one short process for each server,
/// and for each file.
/// </summary>
internal static class StorageTrial
{
    // As KvLab.Nodes/Program.cs and KvLab.Nodes/Storage/StorageCheck.cs have them.
    private const string Argument = "--check-storage";
    private const int Wrong = 1, NoConnection = 2;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <param name="nodes">Those whose storage is new to them.</param>
    /// <param name="fieldOf">The name under which a node's storage was given.</param>
    /// <returns>What is wrong, once for each server or file.</returns>
    public static async Task<IReadOnlyList<StorageVerdict>> RunAsync(
        IEnumerable<NodeAddress> nodes, StorageChoice storage, Func<string, string> fieldOf, string? nodesPath, ProcessSpawner spawner, TimeProvider time)
    {
        var outside = nodes.Where(n => storage.Of(n.Id) != StorageServers.Memory);
        // A server answers all of them alike; each file is another.
        var looks = outside.GroupBy(n => StorageText.Split(storage.Of(n.Id)).Kind == StorageServers.Sqlite ? n.Id : storage.Of(n.Id));
        var verdicts = await Task.WhenAll(looks.Select(g => LookAsync(g.First(), storage, fieldOf, nodesPath, spawner, time)));
        return [.. verdicts.OfType<StorageVerdict>()];
    }

    private static async Task<StorageVerdict?> LookAsync(
        NodeAddress node, StorageChoice storage, Func<string, string> fieldOf, string? nodesPath, ProcessSpawner spawner, TimeProvider time)
    {
        var info = NodeProgram.StartInfo(nodesPath);
        info.ArgumentList.Add(Argument);
        NodeEnvironment.FillForCheck(info, node, storage);
        using var process = await NodeProcess.StartAsync(spawner, info);
        ProcessEnd end;
        try
        {
            end = await process.Ended.WaitAwakeAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            process.Kill();
            await process.Ended;
            // It is no worse than it was: who asked goes on, and sees.
            return null;
        }

        if (end.ExitCode == 0) return null;
        var field = fieldOf(node.Id);
        return new StorageVerdict(field, end.ExitCode == NoConnection, end.ExitCode is Wrong or NoConnection,
            end.LastWords.Replace("STORAGE names", $"{field} names", StringComparison.Ordinal));
    }
}
