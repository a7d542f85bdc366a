using KvLab.Core.Experiments;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Experiments;

internal sealed partial class ExperimentCluster
{
    // Both null while the nodes have what they had before the experiment.
    private StorageRequest? _back;
    private DirectoryInfo? _files;

    public Task<string?> UseStorageAsync(string? storage, CancellationToken cancellation) =>
        storage is null ? BringBackAsync(cancellation) : ChangeAsync(storage, cancellation);

    private async Task<string?> ChangeAsync(string storage, CancellationToken cancellation)
    {
        if (!commands.Supervises)
            throw new ExperimentException("This dashboard did not start the nodes, so it cannot change their storage; leave out the sweep over storage.");
        if (!servers.Knows(storage)) return $"no server is configured for it; name one as Storage:{char.ToUpperInvariant(storage[0])}{storage[1..]} when the dashboard starts.";
        try
        {
            // Files of the experiment's own: what lies where the nodes usually store must outlive it.
            var where = storage == StorageServers.Sqlite ? $"{storage}:{(_files ??= Directory.CreateTempSubdirectory("kvlab-experiment-")).FullName}/" : storage;
            var back = await commands.ChangeStorageAsync(new StorageRequest { All = where }, cancellation);
            _back ??= back;
            return await ProblemAsync(cancellation);
        }
        catch (CommandException failure)
        {
            return failure.Message;
        }
    }

    /// <summary>A node whose storage is away runs all the same, and says so.</summary>
    private async Task<string?> ProblemAsync(CancellationToken cancellation)
    {
        foreach (var node in directory.Followers.Prepend(Leader))
            if (await client.HealthAsync(node, cancellation) is { Storage: { Ok: false, Sentence: { } sentence } }) return sentence;
        return null;
    }

    private async Task<string?> BringBackAsync(CancellationToken cancellation)
    {
        if (_back is { } back) await Guard(() => commands.ChangeStorageAsync(back, cancellation));
        _back = null;
        _files?.Delete(recursive: true);
        _files = null;
        return null;
    }
}
