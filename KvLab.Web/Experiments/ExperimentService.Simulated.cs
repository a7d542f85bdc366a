using System.Diagnostics;
using KvLab.Core.Experiments;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Simulation;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Runs;

namespace KvLab.Web.Experiments;

public sealed partial class ExperimentService
{
    /// <summary>An hour of virtual time passes in seconds: nobody can look at each of its states.</summary>
    private static readonly TimeSpan BetweenStates = TimeSpan.FromMilliseconds(100);

    /// <summary>Beside whatever the real nodes do, with as many followers as they have.</summary>
    private async Task<ExperimentRun> SimulateAsync(ExperimentPlan plan, CancellationToken cancellation)
    {
        var followers = await FollowersAsync(cancellation) is > 0 and var known ? known : ClusterOptions.UsualFollowers;
        Require(plan, followers);
        var id = NewId();
        return _runs.Start(new RunName($"Experiment {id}", Id: id) { Simulated = true },
            turn => First(turn, plan, Here with { SimulationSeed = plan.Seed }), turn => SimulateAsync(_active[turn.Id], plan, followers));
    }

    private Task<ExperimentRun> SimulateAsync(Active active, ExperimentPlan plan, int followers) => ToEndAsync(active, () =>
    {
        var told = 0L;
        SimulatedExperiment.Run(plan, followers, active.Turn.Id, Here, _time, run =>
        {
            if (run.State == active.Latest.State && run.Points.Count == active.PointsStored && Stopwatch.GetElapsedTime(told) < BetweenStates) return;
            told = Stopwatch.GetTimestamp();
            Publish(active, run);
        }, active.Turn.Cancellation);
        return Task.CompletedTask;
    });

    private Active RunningOnNodes(string id)
    {
        var active = Running(id);
        if (active.Latest.Environment.Simulation is null) return active;
        throw new CommandException(StatusCodes.Status409Conflict, $"Experiment {id} is simulated, and virtual time cannot be paused. Cancel it instead.");
    }
}
