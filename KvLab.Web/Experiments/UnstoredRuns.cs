using KvLab.Core.Experiments;
using KvLab.Web.Problems;

namespace KvLab.Web.Experiments;

/// <summary>
/// Runs whose end could not be stored, such as on a full disk. They are kept in memory, so that nobody sees them running for ever and what was measured can
/// be exported, and are stored when there is room again.
/// </summary>
internal sealed class UnstoredRuns
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ExperimentRun> _runs = new(StringComparer.Ordinal);

    /// <returns>Null when it is stored; else why not. A run that is over is then kept here, as failed.</returns>
    public CommandException? TryStore(RunStore store, ExperimentRun run)
    {
        try
        {
            store.Save(run);
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
}
