using System.Globalization;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;
using KvLab.Web.Components.Panels.Experiments;
using KvLab.Web.Components.View;

namespace KvLab.Web.Components.Panels.Plans;

/// <summary>
/// A plan while somebody types it: numbers as text, so that a half-typed one is neither lost nor taken for another. Kept in the tab's session
/// storage.
/// </summary>
public sealed record PlanDraft
{
    public string Preset { get; init; } = "";
    public string Name { get; init; } = "";
    public string Writes { get; init; } = "";
    public string Keys { get; init; } = "";
    public string Concurrency { get; init; } = "";
    public string MinDelayMs { get; init; } = "";
    public string MaxDelayMs { get; init; } = "";
    public DelayDistribution Distribution { get; init; }
    public IReadOnlyList<int> Quorums { get; init; } = [];
    public string Repetitions { get; init; } = "";
    public string WarmUpWrites { get; init; } = "";
    public string Seed { get; init; } = "";
    public VersioningMode Versioning { get; init; }
    public Delivery Delivery { get; init; }
    public string ReplicationTimeoutMs { get; init; } = "";
    public SweepAxis? SweepAxis { get; init; }
    public string SweepValues { get; init; } = "";
    public bool Calibrate { get; init; } = true;
    public string SettleMs { get; init; } = "";

    public static PlanDraft Of(ExperimentPlan plan) => new()
    {
        Preset = plan.Preset,
        Name = plan.Name,
        Writes = Text(plan.Writes),
        Keys = Text(plan.Keys),
        Concurrency = Text(plan.Concurrency),
        MinDelayMs = Text(plan.MinDelayMs),
        MaxDelayMs = Text(plan.MaxDelayMs),
        Distribution = plan.Distribution,
        Quorums = plan.Quorums,
        Repetitions = Text(plan.Repetitions),
        WarmUpWrites = Text(plan.WarmUpWrites),
        Seed = Text(plan.Seed),
        Versioning = plan.Versioning,
        Delivery = plan.Delivery,
        ReplicationTimeoutMs = Text(plan.ReplicationTimeoutMs),
        SweepAxis = plan.Sweep?.Axis,
        SweepValues = string.Join(", ", plan.Sweep?.Values ?? []),
        Calibrate = plan.Calibrate,
        SettleMs = Text(plan.SettleMs),
    };

    /// <summary>A change by hand: no preset any more, and no preset's name either.</summary>
    public PlanDraft Changed() => Preset == ExperimentWords.Custom ? this : this with
    {
        Preset = ExperimentWords.Custom,
        Name = Presets.Find(Preset)?.Name == Name ? "Custom" : Name,
    };

    public PlanDraft Toggle(int quorum) =>
        this with { Quorums = Quorums.Contains(quorum) ? [.. Quorums.Where(q => q != quorum)] : [.. Quorums.Append(quorum).Order()] };

    /// <param name="followers">N of the cluster.</param>
    /// <returns>The plan when every field can be read, and everything that is wrong with it; a plan with errors must not be started.</returns>
    public (ExperimentPlan? Plan, IReadOnlyList<FieldError> Errors) Read(int followers)
    {
        var errors = new FieldErrors();
        var plan = new ExperimentPlan
        {
            Preset = Preset,
            Name = Name.Trim(),
            Writes = Whole(Writes, "writes", 1, ExperimentPlan.MostWrites),
            Keys = Whole(Keys, "keys", 1, ExperimentPlan.MostKeys),
            Concurrency = Whole(Concurrency, "concurrency", 1, ExperimentPlan.MostConcurrency),
            MinDelayMs = Delay(MinDelayMs, "minDelayMs", instead: 0),
            MaxDelayMs = Delay(MaxDelayMs, "maxDelayMs", instead: LiveSettings.LongestDelayMs),
            Distribution = Distribution,
            Quorums = Quorums,
            Repetitions = Whole(Repetitions, "repetitions", 1, ExperimentPlan.MostRepetitions),
            WarmUpWrites = Whole(WarmUpWrites, "warmUpWrites", 0, ExperimentPlan.MostWarmUpWrites),
            Seed = (long)Read(Seed, "seed", whole: true, long.MinValue, long.MaxValue, instead: 0),
            Versioning = Versioning,
            Delivery = Delivery,
            ReplicationTimeoutMs = Whole(ReplicationTimeoutMs, "replicationTimeoutMs", 1, LiveSettings.LongestTimeoutMs),
            Sweep = SweepAxis is { } axis ? new Sweep(axis, SweepValues.Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)) : null,
            Calibrate = Calibrate,
            SettleMs = Whole(SettleMs, "settleMs", 0, ExperimentPlan.LongestSettleMs),
        };
        var unread = errors.All.Select(e => e.Field).ToHashSet(StringComparer.Ordinal);
        foreach (var error in plan.Validate(followers).Where(e => !unread.Contains(e.Field))) errors.Add(error.Field, error.Message);
        return (unread.Count > 0 ? null : plan, errors.All);

        // What cannot be read is replaced by what nothing else can be wrong with, so that the other fields are looked at, too.
        int Whole(string text, string field, int min, int max) => (int)Read(text, field, whole: true, min, max, instead: min);

        double Delay(string text, string field, double instead) => (double)Read(text, field, whole: false, 0, (decimal)LiveSettings.LongestDelayMs, (decimal)instead);

        decimal Read(string text, string field, bool whole, decimal min, decimal max, decimal instead)
        {
            var (value, wrong) = NumberText.Read(text, whole, min, max);
            if (wrong is null) return value;
            errors.Add(field, $"{field} {wrong}");
            return instead;
        }
    }

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
