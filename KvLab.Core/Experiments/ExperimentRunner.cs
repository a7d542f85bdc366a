using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;
using KvLab.Core.Waiting;

namespace KvLab.Core.Experiments;

/// <summary>
/// Runs a plan on a cluster, point after point, and puts the settings back that it found, whatever happens.
/// <c>ExperimentRunner.Points.cs</c> measures one point, <c>ExperimentRunner.Calibration.cs</c> the machine, <c>ExperimentRunner.Storage.cs</c> changes what nodes store in.
/// </summary>
/// <param name="onChange">Called with every new state of the run, in order.</param>
public sealed partial class ExperimentRunner(
    ExperimentPlan plan, IExperimentCluster cluster, TimeProvider time, PauseGate pause, Action<ExperimentRun> onChange)
{
    private ExperimentRun _run = null!;
    private double _secondsPlanned, _secondsDone;

    /// <summary>Runs to the end. Never throws: a run that fails or is cancelled says so and keeps what is done.</summary>
    public async Task<ExperimentRun> RunAsync(string id, RunEnvironment environment, CancellationToken cancellation)
    {
        LiveSettings? before = null;
        var followersBefore = 0;
        var state = RunState.Failed;
        string? error = null;
        _run = new ExperimentRun { Id = id, Plan = plan, Environment = environment, StartedAt = time.GetUtcNow(), Followers = [] };
        try
        {
            before = await cluster.SettingsAsync(cancellation);
            var followers = await cluster.FollowersAsync(cancellation);
            followersBefore = followers.Count;
            Publish(_run with { Followers = followers, SettingsBefore = before });

            var points = plan.Points(followers.Count);
            _secondsPlanned = DurationEstimate.Of(plan, followers.Count).TotalSeconds;
            foreach (var point in points)
            {
                await pause.WaitAsync(cancellation);
                if (!await UseStorageAsync(point, points, cancellation)) continue;
                var result = await MeasureAsync(point, points.Count, cancellation);
                Keep(_run with { Points = [.. _run.Points, result] });
                _secondsDone += DurationEstimate.PointSeconds(plan, point);
            }

            (state, error) = Outcome();
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            state = RunState.Cancelled;
        }
        catch (Exception failure)
        {
            (state, error) = (RunState.Failed, failure.Message);
        }

        // What came after the last point, or in the middle of one that was not finished.
        if (cluster.TakeDisturbances() is { Count: > 0 } late)
        {
            _run = _run with { Disturbances = late };
            _run = _run with { Findings = SanityDetector.Inspect(_run) };
            if (state == RunState.Done) (state, error) = Outcome();
        }

        // Whoever reads that it is over finds the lab as it was.
        if (before is not null && await RestoreAsync(before, followersBefore) is { } left) error = $"{error} {left}".Trim();
        End(state, error);
        return _run;
    }

    private (RunState State, string? Error) Outcome()
    {
        if (_run.Points.Count == 0) return (RunState.Failed, string.Join(" ", _run.Findings.Select(f => f.Sentence)));
        if (!_run.AllDisturbances.Any()) return (RunState.Done, null);
        return (RunState.Disturbed, $"The cluster was changed by somebody else during the run. {string.Join(" ", _run.AllDisturbances.Take(3))}");
    }

    // Also after a cancel, hence without its token.
    private async Task<string?> RestoreAsync(LiveSettings before, int followers)
    {
        try
        {
            if (_storage is not null)
            {
                Report("restarting the nodes with their previous storage", DurationEstimate.RestartSeconds, 0);
                await cluster.UseStorageAsync(null, CancellationToken.None);
            }

            if ((await cluster.FollowersAsync(CancellationToken.None)).Count != followers)
            {
                // W may be larger than what is there in between.
                await cluster.ApplyAsync(before with { WriteQuorum = 0 }, restartSchedule: false, CancellationToken.None);
                await cluster.SetFollowersAsync(followers, CancellationToken.None);
            }

            await cluster.ApplyAsync(before, restartSchedule: false, CancellationToken.None);
            return null;
        }
        catch (Exception failure)
        {
            return $"The previous settings could not be restored: {failure.Message}";
        }
    }

    private void Keep(ExperimentRun run) => Publish(run with { Findings = SanityDetector.Inspect(run) });

    private void End(RunState state, string? error) => Publish(_run with
    {
        State = state,
        Error = error,
        EndedAt = time.GetUtcNow(),
        Progress = _run.Progress with { Doing = state.ToString().ToLowerInvariant(), SecondsLeft = 0, Fraction = state is RunState.Done or RunState.Disturbed ? 1 : _run.Progress.Fraction },
    });

    private void Publish(ExperimentRun run)
    {
        _run = run;
        onChange(run);
    }

    /// <param name="stepSeconds">Estimated length of the step under way.</param>
    /// <param name="stepFraction">How much of it is done, 0 … 1.</param>
    private void Report(string doing, double stepSeconds, double stepFraction)
    {
        var done = _secondsDone + stepSeconds * stepFraction;
        var fraction = _secondsPlanned <= 0 ? 0 : Math.Min(1, done / _secondsPlanned);
        Publish(_run with
        {
            State = pause.IsPaused ? RunState.Paused : RunState.Running,
            Progress = new RunProgress(doing, _run.Points.Count, plan.Points(Math.Max(1, _run.Followers.Count)).Count, fraction, Math.Max(0, _secondsPlanned - done)),
        });
    }
}
