using KvLab.Core.Configuration;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Reads;
using KvLab.Web.Runs;

namespace KvLab.Web.Commands;

/// <summary>Checks and starts bursts.</summary>
internal sealed class BurstStarter(RunBook<Burst> runs, NodeClient client, IReads reads, TimeProvider time)
{
    public const int MostWrites = 1_000_000;
    public const int MostConcurrency = 200;
    public const int MostKeys = 100_000;
    public const double MostReads = 0.9;

    /// <param name="leader">Who leads at the moment of a write; throws a <see cref="CommandException"/> where nobody is known to.</param>
    /// <param name="conditions">What its figures depend on, as of now.</param>
    /// <exception cref="CommandException">400: the plan; 409: somebody has the cluster, or too many run already.</exception>
    public Burst Start(BurstPlan plan, Func<NodeAddress> leader, TimeSpan patience, Func<FigureConditions?> conditions)
    {
        Check(plan);
        BurstRun? burst = null;
        return runs.Start(new RunName(),
            turn => (burst = new BurstRun(turn.Id, plan, client, reads, leader, patience, conditions, time, turn.Cancellation)).View(),
            turn =>
            {
                turn.Show(burst!.View);
                return burst.RunAsync();
            });
    }

    private void Check(BurstPlan plan)
    {
        var errors = new FieldErrors();
        Range("writes", plan.Writes, MostWrites);
        Range("concurrency", plan.Concurrency, MostConcurrency);
        Range("keys", plan.Keys, MostKeys);
        errors.Require(plan.Reads is >= 0 and <= MostReads, "reads", $"reads must be a share from 0 to {MostReads}, but is {plan.Reads}.");
        errors.Require(plan.From is null || plan.R is null, "r", "r and from cannot be given together.");
        if (errors.All.Count > 0)
            throw new CommandException(StatusCodes.Status400BadRequest, string.Join(" ", errors.All.Select(e => e.Message)), errors.All);
        // Each read would fail by itself, and the burst would still be called done.
        if (plan.From is not null || plan.R is not null) reads.Check(new ReadRequest("k1", plan.From, plan.R));

        void Range(string field, int value, int most) =>
            errors.Require(value >= 1 && value <= most, field, $"{field} must be a whole number from 1 to {most}, but is {value}.");
    }
}
