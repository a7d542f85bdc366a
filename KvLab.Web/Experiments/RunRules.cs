using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;

namespace KvLab.Web.Experiments;

/// <summary>
/// What a run that was really measured is like. Everything that comes from outside of this process, a file or a row of the store, is held against it
/// before anything else is done with it, so that pages, charts and reports need not doubt their numbers.
/// </summary>
internal static partial class RunRules
{
    public const int LongestId = 64;
    private const int LongestName = 120;
    private const int LongestSentence = 10_000;
    private const int MostSentences = 100_000;

    /// <summary>A run has up to so many findings: some per point, some per curve.</summary>
    private const int MostFindings = 20 * ExperimentPlan.MostPoints;

    /// <summary>Settings are put back as they were found, whatever W was; the plan says which W were measured.</summary>
    private const int MostFollowersBefore = 1000;

    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static bool IsId(string? id) => id is { Length: >= 1 and <= LongestId } && id.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    /// <exception cref="WrongRunException">With every field that is wrong.</exception>
    public static void Check(ExperimentRun run)
    {
        var rules = new Checker();
        rules.Require(IsId(run.Id), "run.id", $"must have 1 to {LongestId} letters, digits or '-'.");
        CheckPlan(rules, run.Plan, "run.plan");
        rules.Text(run.Environment.Software, "run.environment.software", 300);
        rules.Text(run.Environment.Machine, "run.environment.machine", 300);
        rules.Require(run.Environment.SimulationSeed == (run.Plan.Simulate ? run.Plan.Seed : null), "run.environment.simulationSeed",
            "must be the plan's seed if the plan says simulate, and must be missing otherwise.");
        rules.Require(run.StartedAt >= Earliest && run.StartedAt <= Latest, "run.startedAt", "must be a time from the year 2000 to 2200.");
        // Not after startedAt: a wall clock may be set back in the middle of a run.
        rules.Require(run.EndedAt is not { } ended || ended >= Earliest && ended <= Latest, "run.endedAt", "must be a time from the year 2000 to 2200.");
        rules.Names(run.Followers, "run.followers");
        rules.Text(run.Error, "run.error", LongestSentence);
        if (run.SettingsBefore is { } before) rules.Add(before.Validate(MostFollowersBefore), "run.settingsBefore");
        CheckCalibration(rules, run.Calibration);
        CheckProgress(rules, run.Progress);
        rules.Each(run.Disturbances, "run.disturbances", MostSentences, (text, field) => rules.Text(text, field, LongestSentence));
        rules.Each(run.Absent, "run.absent", Sweep.MostValues, (absent, field) =>
        {
            rules.Text(absent.Storage, $"{field}.storage", LongestName);
            rules.Text(absent.Reason, $"{field}.reason", LongestSentence);
        });
        rules.Each(run.Points, "run.points", ExperimentPlan.MostPoints, (point, field) => CheckPoint(rules, run.Plan, point, field));
        if (!rules.Any)
        {
            rules.Require(run.Points.Select(p => p.Plan.Index).Distinct().Count() == run.Points.Count, "run.points", "must not measure one point twice.");
            rules.Require(run.Points.Sum(p => (long)p.Writes) <= ExperimentPlan.MostTotalWrites, "run.points", $"must have at most {ExperimentPlan.MostTotalWrites} writes in all.");
        }

        rules.Each(run.Findings, "run.findings", MostFindings, (finding, field) => CheckFinding(rules, finding, field));
        rules.Throw();
    }

    private static void CheckPlan(Checker rules, ExperimentPlan plan, string field)
    {
        rules.Text(plan.Name, $"{field}.name", LongestName);
        rules.Text(plan.Preset, $"{field}.preset", LongestName);
        if (plan.Sweep is { } sweep) rules.Each(sweep.Values, $"{field}.sweep.values", Sweep.MostValues, (value, at) => rules.Text(value, at, LongestName));
        // The cluster that it ran on may have had more followers than this one.
        if (!rules.Any) rules.Add(plan.Validate(ExperimentPlan.MostFollowers), field);
    }

    private static void CheckCalibration(Checker rules, Calibration calibration)
    {
        rules.Each(calibration.Overheads, "run.calibration.overheads", ExperimentPlan.MostPoints, (o, field) =>
        {
            rules.Between(o.WriteQuorum, 0, ExperimentPlan.MostQuorums, $"{field}.writeQuorum");
            rules.Between(o.Followers, 0, ExperimentPlan.MostFollowers, $"{field}.followers");
            rules.Between(o.Writes, 0, ExperimentPlan.MostWrites, $"{field}.writes");
            rules.Ms(o.MeanMs, $"{field}.meanMs");
            rules.Ms(o.StandardErrorMs, $"{field}.standardErrorMs");
            rules.Text(o.Storage, $"{field}.storage", LongestName);
        });
        rules.Each(calibration.Limits, "run.calibration.limits", ExperimentPlan.MostPoints, (l, field) =>
        {
            rules.Between(l.Concurrency, 0, ExperimentPlan.MostConcurrency, $"{field}.concurrency");
            rules.Between(l.Writes, 0, ExperimentPlan.MostWrites, $"{field}.writes");
            rules.Number(l.WritesPerSecond, 0, LargestMs, $"{field}.writesPerSecond");
            rules.Text(l.Storage, $"{field}.storage", LongestName);
        });
    }

    private static void CheckProgress(Checker rules, RunProgress progress)
    {
        rules.Text(progress.Doing, "run.progress.doing", LongestSentence);
        rules.Between(progress.PointsDone, 0, ExperimentPlan.MostPoints, "run.progress.pointsDone");
        rules.Between(progress.Points, 0, ExperimentPlan.MostPoints, "run.progress.points");
        rules.Number(progress.Fraction, 0, 1, "run.progress.fraction");
        if (progress.SecondsLeft is { } left) rules.Number(left, 0, LargestMs, "run.progress.secondsLeft");
    }

    private static void CheckFinding(Checker rules, Finding finding, string field)
    {
        rules.Text(finding.Sentence, $"{field}.sentence", 100 * LongestSentence);
        rules.Require(finding.Numbers.Count <= 100, $"{field}.numbers", "must have at most 100 numbers.");
        foreach (var (name, value) in finding.Numbers.Take(100))
            rules.Require(name.Length <= LongestName && double.IsFinite(value), $"{field}.numbers", $"must be finite numbers with names of at most {LongestName} characters.");
        rules.Require(finding.Points.Count <= ExperimentPlan.MostPoints && finding.Points.All(i => i is >= 0 and < ExperimentPlan.MostPoints), $"{field}.points",
            $"must be indices of points, from 0 to {ExperimentPlan.MostPoints - 1}.");
        if (finding.Suggestion is { } suggestion) CheckPlan(rules, suggestion, $"{field}.suggestion");
    }
}
