using KvLab.Core.Analysis;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Experiments;

namespace KvLab.Web.Experiments;

internal static partial class RunRules
{
    private static readonly string[] Moments = [ReplicaCheck.Answered, ReplicaCheck.Quiescent, ReplicaCheck.Settled];
    private static readonly string[] States = [ConvergenceCheck.Equal, ConvergenceCheck.Different, ConvergenceCheck.NotReached];

    private static void CheckPoint(Checker rules, ExperimentPlan plan, PointResult point, string field)
    {
        CheckPointPlan(rules, plan, point.Plan, $"{field}.plan");
        CheckSamples(rules, point.Samples, $"{field}.samples");
        var p = point.Prediction;
        foreach (var (value, name) in new[] { (p.DelayMeanMs, "delayMeanMs"), (p.DelaySdMs, "delaySdMs"), (p.OverheadMs, "overheadMs"), (p.BandLowMs, "bandLowMs"), (p.BandHighMs, "bandHighMs") })
            rules.Ms(value, $"{field}.prediction.{name}");
        if (p.SaturationMs is { } saturation) rules.Ms(saturation, $"{field}.prediction.saturationMs");
        rules.Each(point.Checks, $"{field}.checks", Moments.Length, (check, at) => CheckComparison(rules, check, at));
        rules.Ms(point.DurationMs, $"{field}.durationMs");
        if (point.ConvergenceMs is { } convergence) rules.Ms(convergence, $"{field}.convergenceMs");
        rules.Between(point.Unanswered, 0, ExperimentPlan.MostWrites, $"{field}.unanswered");
        rules.Between(point.DelayOrigin, 0, InputRules.LargestClock, $"{field}.delayOrigin");
        rules.Each(point.Disturbances, $"{field}.disturbances", MostSentences, (text, at) => rules.Text(text, at, LongestSentence));
    }

    private static void CheckPointPlan(Checker rules, ExperimentPlan plan, PointPlan point, string field)
    {
        rules.Between(point.Index, 0, ExperimentPlan.MostPoints - 1, $"{field}.index");
        rules.Between(point.Repetition, 1, plan.Repetitions, $"{field}.repetition");
        rules.Between(point.Concurrency, 1, ExperimentPlan.MostConcurrency, $"{field}.concurrency");
        rules.Between(point.Keys, 1, ExperimentPlan.MostKeys, $"{field}.keys");
        rules.Text(point.SweepValue, $"{field}.sweepValue", LongestName);
        rules.Text(point.Storage, $"{field}.storage", LongestName);
        rules.Require(point.SweepValue is null == plan.Sweep is null && (plan.Sweep is null || plan.Sweep.Values.Contains(point.SweepValue)), $"{field}.sweepValue",
            "must be one of the values of the plan's sweep.");
        rules.Between(point.Followers, 1, ExperimentPlan.MostFollowers, $"{field}.followers");
        if (point.Followers is >= 1 and <= ExperimentPlan.MostFollowers) rules.Add(point.Settings.Validate(point.Followers), $"{field}.settings");
    }

    private static void CheckSamples(Checker rules, SampleTable samples, string field)
    {
        rules.Names(samples.Followers, $"{field}.followers");
        var (rows, cells) = (samples.Count, (long)samples.Count * samples.Followers.Count);
        rules.Between(rows, 0, ExperimentPlan.MostWrites, $"{field}.version");
        Length(samples.Key, rows, "key");
        Length(samples.StartMs, rows, "startMs");
        Length(samples.ClientMs, rows, "clientMs");
        Length(samples.LeaderMs, rows, "leaderMs");
        Length(samples.Success, rows, "success");
        Length(samples.DelayMs, cells, "delayMs");
        Length(samples.CompletedMs, cells, "completedMs");
        Length(samples.Outcome, cells, "outcome");
        Length(samples.Late, cells, "late");
        if (samples.StoredMs is { } stored) Length(stored, rows, "storedMs");
        All(samples.Version, v => v is >= 0 and <= InputRules.LargestClock, "version", "must be versions.");
        All(samples.Key, k => k is >= 1 and <= ExperimentPlan.MostKeys, "key", $"must be key numbers from 1 to {ExperimentPlan.MostKeys}.");
        const string times = "must be finite times in ms, not negative.";
        const string timesOrNone = "must be times in ms, not negative, or NaN where not known.";
        All(samples.StartMs, IsMs, "startMs", times);
        All(samples.ClientMs, IsMs, "clientMs", times);
        All(samples.LeaderMs, IsMs, "leaderMs", times);
        All(samples.DelayMs, IsMsOrNone, "delayMs", timesOrNone);
        All(samples.CompletedMs, IsMsOrNone, "completedMs", timesOrNone);
        All(samples.StoredMs ?? [], IsMsOrNone, "storedMs", timesOrNone);

        void Length(Array column, long expected, string name) =>
            rules.Require(column.Length == expected, $"{field}.{name}", $"must have {expected} values, as many as there are writes{(expected == rows ? "" : " times followers")}, but has {column.Length}.");

        void All<T>(T[] column, Predicate<T> isRight, string name, string sentence) => rules.Require(Array.TrueForAll(column, isRight), $"{field}.{name}", sentence);
    }

    private static bool IsMsOrNone(double ms) => double.IsNaN(ms) || IsMs(ms);

    private static void CheckComparison(Checker rules, ReplicaCheck check, string field)
    {
        rules.Require(Moments.Contains(check.Moment), $"{field}.moment", $"must be {string.Join(", ", Moments)}.");
        rules.Ms(check.AtMs, $"{field}.atMs");
        rules.Between(check.Report.Keys, 0, int.MaxValue, $"{field}.report.keys");
        rules.Text(check.Report.Note, $"{field}.report.note", LongestSentence);
        rules.Each(check.Report.Followers, $"{field}.report.followers", ExperimentPlan.MostFollowers, (f, at) =>
        {
            rules.Require(Checker.IsName(f.Id), $"{at}.id", Checker.NameRule);
            rules.Require(States.Contains(f.State), $"{at}.state", $"must be {string.Join(", ", States)}.");
            foreach (var (count, name) in new[] { (f.Equal, "equal"), (f.Missing, "missing"), (f.Behind, "behind"), (f.Conflicts, "conflicts"), (f.Ahead, "ahead") })
                rules.Between(count, 0, int.MaxValue / 100, $"{at}.{name}");
            rules.Each(f.Differences, $"{at}.differences", 1000, (d, where) =>
            {
                rules.Require(InputRules.CheckKey(d.Key) is null, $"{where}.key", $"must be a key of 1 to {InputRules.LongestKey} characters.");
                rules.Require(Enum.IsDefined(d.Kind), $"{where}.kind", $"must be a number from 0 to {Enum.GetValues<DifferenceKind>().Length - 1}.");
                rules.Between(d.VersionsBehind, 0, InputRules.LargestClock, $"{where}.versionsBehind");
            });
        });
    }
}
