using KvLab.Core.Experiments;
using KvLab.Web.Commands;
using Microsoft.Data.Sqlite;

namespace KvLab.Web.Experiments;

/// <summary>
/// Runs whose end could not be stored, such as on a full disk. They are kept in memory, so that nobody sees them running for ever and what was measured can
/// be exported, and are stored when there is room again.
/// </summary>
internal sealed class UnstoredRuns
{
    private const int SqliteFull = 13;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ExperimentRun> _runs = new(StringComparer.Ordinal);

    /// <exception cref="CommandException">507 on a full disk, 503 for everything else that a store may do; nothing was stored.</exception>
    public static void Store(RunStore store, ExperimentRun run)
    {
        try
        {
            store.Save(run);
        }
        catch (Exception failure) when (failure is not CommandException)
        {
            throw IsFull(failure)
                ? new CommandException(StatusCodes.Status507InsufficientStorage,
                    $"The experiment cannot be stored: the disk of {store.Folder} is full. Make room there, or start the lab with another KVLAB_DATA.", inner: failure)
                : new CommandException(StatusCodes.Status503ServiceUnavailable, $"The experiment cannot be stored in {store.Folder}: {failure.Message}", inner: failure);
        }
    }

    /// <returns>Null when it is stored; else why not. A run that is over is then kept here, as failed.</returns>
    public CommandException? TryStore(RunStore store, ExperimentRun run)
    {
        try
        {
            Store(store, run);
            return null;
        }
        catch (CommandException failure)
        {
            if (!run.IsOver) return failure;
            var kept = run with
            {
                State = RunState.Failed,
                Error = $"{run.Error} {(run.Error?.Contains(failure.Message, StringComparison.Ordinal) == true ? "" : failure.Message)} "
                    + "What was measured is kept in memory until the dashboard ends; export it.",
            };
            kept = kept with { Error = string.Join(' ', kept.Error.Split(' ', StringSplitOptions.RemoveEmptyEntries)) };
            lock (_gate) _runs[run.Id] = kept;
            return failure;
        }
    }

    public ExperimentRun? Find(string id)
    {
        lock (_gate) return _runs.GetValueOrDefault(id);
    }

    /// <returns>False when it is not here.</returns>
    public bool Forget(string id)
    {
        lock (_gate) return _runs.Remove(id);
    }

    /// <summary>Stores what could not be stored before, where that is possible now.</summary>
    public void Retry(RunStore store)
    {
        ExperimentRun[] runs;
        lock (_gate) runs = [.. _runs.Values];
        foreach (var run in runs)
            if (TryStore(store, run) is null) Forget(run.Id);
    }

    /// <summary>The store's list, with what is here in place of what could be stored of it.</summary>
    public IReadOnlyList<RunSummary> Over(IReadOnlyList<RunSummary> stored)
    {
        lock (_gate)
        {
            return _runs.Count == 0
                ? stored
                : [.. stored.Select(s => _runs.TryGetValue(s.Id, out var run) ? s with { State = run.State, Points = run.Points.Count, Writes = run.Points.Sum(p => p.Writes) } : s)];
        }
    }

    private static bool IsFull(Exception failure) =>
        failure is SqliteException { SqliteErrorCode: SqliteFull } || failure.Message.Contains("disk is full", StringComparison.OrdinalIgnoreCase)
        || failure is IOException && failure.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase);
}
