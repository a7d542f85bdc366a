using KvLab.Core.Experiments.Plans;

namespace KvLab.Core.Experiments;

public sealed partial class ExperimentRunner
{
    private readonly HashSet<string> _calibrated = new(StringComparer.Ordinal);

    // Null until the first change: a plan that does not ask for a storage leaves the nodes alone.
    private string? _storage;

    /// <summary>Gives the nodes what a point stores in, and measures at its first point what that adds.</summary>
    /// <returns>False: it cannot be used. That is kept with the run, because a storage that is missing from a table without a word looks like one that nobody asked for.</returns>
    private async Task<bool> UseStorageAsync(PointPlan point, IReadOnlyList<PointPlan> points, CancellationToken cancellation)
    {
        if (_run.Absent.Any(a => a.Storage == point.Storage)) return Skip(point);
        if (point.Storage is { } storage && storage != _storage)
        {
            Report($"starting all nodes with {storage}", DurationEstimate.RestartSeconds, 0);
            _storage = storage;
            var reason = await cluster.UseStorageAsync(storage, cancellation);
            _secondsDone += DurationEstimate.RestartSeconds;
            if (reason is not null)
            {
                Keep(_run with { Absent = [.. _run.Absent, new AbsentStorage(storage, reason)] });
                return Skip(point);
            }
        }

        if (plan.Calibrate && _calibrated.Add(point.Storage ?? "")) await CalibrateAsync([.. points.Where(p => p.Storage == point.Storage)], cancellation);
        return true;
    }

    private bool Skip(PointPlan point)
    {
        _secondsDone += DurationEstimate.PointSeconds(plan, point);
        return false;
    }
}
