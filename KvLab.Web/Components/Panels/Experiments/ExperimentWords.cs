using System.Globalization;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Experiments;

/// <summary>What the experiment pages call things, and the shape that stands beside the word.</summary>
internal static class ExperimentWords
{
    public const string Custom = "custom";

    /// <summary>One sentence per preset: what it is for.</summary>
    public static string Sentence(string preset) => preset switch
    {
        "current" => "The assignment as it is given now: few writes over a slow network, where latency is almost only simulated delay.",
        "classic" => "The assignment as it was first given: many writes over a fast network. Small machines saturate, and KvLab says so.",
        "seed" => "The defaults of the original lab program that KvLab implements: every follower must acknowledge.",
        "versioned-naive" => "The same writes twice, with the same delays: followers that compare versions, and followers that do not.",
        "storage-compared" => "What durability costs: the same writes with each storage. All nodes are restarted for each one; what a lab left on the configured servers is deleted.",
        _ => "Your own plan. Begin with any preset and change what you like.",
    };

    /// <summary>The numbers of a plan in one line.</summary>
    public static string Numbers(ExperimentPlan plan)
    {
        // By the points: a sweep gives them other values than the plan's own fields have.
        var points = plan.Points(plan.Quorums.DefaultIfEmpty().Max());
        return string.Join(" · ", Units.Count(plan.Writes, "write"), Named(points.Select(p => p.Keys), "key"), Named(points.Select(p => p.Concurrency), "client"),
            string.Join(", ", points.Select(p => $"{Units.Number(p.Settings.MinDelayMs)}–{Units.Number(p.Settings.MaxDelayMs)} ms").Distinct()),
            $"W = {string.Join(", ", plan.Quorums)}");
    }

    /// <summary>"uniform delay": of all points.</summary>
    public static string Shapes(ExperimentPlan plan) => PointWords.Shapes(plan.Points(plan.Quorums.DefaultIfEmpty().Max()));

    private static string Named(IEnumerable<int> counts, string one) =>
        counts.Distinct().ToList() is [var only] ? Units.Count(only, one) : $"{string.Join(", ", counts.Distinct().Select(c => Units.Count(c)))} {one}s";

    public static string State(RunState state) => state.ToString().ToLowerInvariant();

    public static string StateGlyph(RunState state) => state switch
    {
        RunState.Running => "running",
        RunState.Paused => "pending",
        RunState.Done => "fresh",
        RunState.Disturbed => "partial",
        RunState.Cancelled => "stopped",
        RunState.Failed => "failed",
        _ => "crashed",
    };

    public static string SeverityGlyph(Severity severity) => severity switch
    {
        Severity.Error => "failed",
        Severity.Warning => "partial",
        _ => "ahead",
    };

    /// <summary>What a severity means for a result.</summary>
    public static string SeverityMeaning(Severity severity) => severity switch
    {
        Severity.Error => "result not valid",
        Severity.Warning => "interpret with care",
        _ => "for information",
    };

    public static string Finding(FindingKind kind) => kind switch
    {
        FindingKind.FlatOverQuorum => "Latency does not rise with W",
        FindingKind.Saturated => "Too many clients for this machine",
        FindingKind.OverheadDominates => "This machine adds more than the delays",
        FindingKind.WaitsForAll => "The leader waits for all",
        FindingKind.TimeoutsDominate => "Timeouts dominate",
        FindingKind.TooFewWrites => "Too few writes",
        FindingKind.ComparedBeforeQuiescence => "Compared while writes were still being delivered",
        FindingKind.Diverged => "Replicas did not converge",
        FindingKind.NotCompared => "A replica could not be compared",
        FindingKind.Disturbed => "The cluster was changed during the run",
        FindingKind.Pause => "A pause that percentiles hide",
        FindingKind.NotQuiescent => "Not all writes were delivered",
        FindingKind.StorageAbsent => "A storage was not available",
        FindingKind.OutsideBand => "Outside the prediction band",
        _ => "Writes without an answer",
    };

    /// <summary>Why the moment of a comparison matters.</summary>
    public static (string Name, string Teaches) Moment(string moment) => moment switch
    {
        ReplicaCheck.Answered => ("t = 0: the last client got its answer",
            "With W < N the leader answers before all followers hold the write. A difference here may only be replication still in progress."),
        ReplicaCheck.Quiescent => ("all writes delivered",
            "No write in flight, no delivery pending. Only from here on does a difference prove anything."),
        _ => ("after settling",
            "After a pause, to show that nothing changes any more. Replicas that differ now stay different unless something else repairs them: catch-up, or a newer write of that key."),
    };

    /// <summary>"about 12 s", "about 3 min".</summary>
    public static string About(TimeSpan time) => time.TotalSeconds < 1 ? "about 1 s"
        : time.TotalSeconds < 100 ? $"about {time.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s"
        : $"about {time.TotalMinutes.ToString("0.#", CultureInfo.InvariantCulture)} min";

    public static string Fixed(double value) => double.IsFinite(value) ? value.ToString("0.00", CultureInfo.InvariantCulture) : Units.None;
}
