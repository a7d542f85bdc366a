using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Experiments.Plans;

namespace KvLab.Core.Experiments;

/// <summary>A comparison of all replicas at one moment of a point.</summary>
/// <param name="Moment"><c>answered</c> (t = 0, the last client has its answer), <c>quiescent</c>, or <c>settled</c>.</param>
/// <param name="AtMs">When, since the last client's answer.</param>
public sealed record ReplicaCheck(string Moment, double AtMs, ConvergenceReport Report)
{
    public const string Answered = "answered";
    public const string Quiescent = "quiescent";
    public const string Settled = "settled";
}

/// <summary>One follower's part in a point.</summary>
/// <param name="CompletionMs">From the start of a write to the leader's knowing the outcome, leader's clock.</param>
public sealed record FollowerSummary(string Id, int Applied, int Superseded, int Duplicate, int Failed, int Late, LatencySummary CompletionMs, int Replaced = 0);

/// <summary>What one point gave. Everything but the samples and the checks is computed from the samples.</summary>
public sealed record PointResult
{
    public required PointPlan Plan { get; init; }
    public required SampleTable Samples { get; init; }
    public required Prediction Prediction { get; init; }
    public required IReadOnlyList<ReplicaCheck> Checks { get; init; }

    /// <summary>From the first write to the last answer.</summary>
    public required double DurationMs { get; init; }

    /// <summary>From the last answer to quiescence; null when it did not come within the time allowed.</summary>
    public required double? ConvergenceMs { get; init; }

    /// <summary>Writes that got no answer at all, such as a refused connection.</summary>
    public required int Unanswered { get; init; }

    /// <summary>The versions behind the delay schedule begin after this one.</summary>
    public required long DelayOrigin { get; init; }

    public required LatencySummary Client { get; init; }
    public required LatencySummary Leader { get; init; }
    public required IReadOnlyList<FollowerSummary> Followers { get; init; }

    /// <summary>What others than the run changed while it was measured, in sentences; empty: nothing disturbed it.</summary>
    public IReadOnlyList<string> Disturbances { get; init; } = [];

    /// <summary>The longest time without any answer while a write waited for one.</summary>
    public LoadGap LongestGap => LoadGap.LongestOf(Samples);

    /// <summary>What the leader's storage took per write; empty in memory.</summary>
    public LatencySummary Storing => LatencySummary.Of(Samples.StoredMs ?? []);

    public int Writes => Samples.Count;
    public int Succeeded => Samples.Success.Count(s => s);
    public int Partial => Writes - Succeeded;
    public int StaleRefusals => Samples.Outcome.Count(o => o == DeliveryOutcome.Superseded);
    public int LateDeliveries => Samples.Late.Count(l => l);
    public int FailedDeliveries => Samples.Outcome.Count(o => o == DeliveryOutcome.Failed);
    public double WritesPerSecond => DurationMs > 0 ? Writes / DurationMs * 1000 : 0;

    /// <summary>Measured minus predicted mean, in ms.</summary>
    public double ResidualMs => Client.MeanMs - Prediction.MeanMs;

    public bool InBand => Prediction.Contains(Client.MeanMs);

    public ReplicaCheck? Check(string moment) => Checks.FirstOrDefault(c => c.Moment == moment);

    public static IReadOnlyList<FollowerSummary> Summarise(SampleTable samples)
    {
        var n = samples.Followers.Count;
        return [.. samples.Followers.Select((id, f) =>
        {
            var rows = Enumerable.Range(0, samples.Count).Select(row => row * n + f).ToArray();
            int Count(DeliveryOutcome outcome) => rows.Count(i => samples.Outcome[i] == outcome);
            return new FollowerSummary(id, Count(DeliveryOutcome.Applied), Count(DeliveryOutcome.Superseded), Count(DeliveryOutcome.Duplicate),
                Count(DeliveryOutcome.Failed), rows.Count(i => samples.Late[i]), LatencySummary.Of(rows.Select(i => samples.CompletedMs[i])), Count(DeliveryOutcome.Replaced));
        })];
    }
}
