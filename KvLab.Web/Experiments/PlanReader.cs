using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;

namespace KvLab.Web.Experiments;

/// <summary>A plan as scripts write it: a preset, and any field otherwise.</summary>
internal static class PlanReader
{
    private static readonly string[] Names =
    [
        "preset", "name", "writes", "keys", "concurrency", "minDelayMs", "maxDelayMs", "distribution", "quorums", "repetitions", "warmUpWrites", "seed",
        "versioning", "delivery", "replicationTimeoutMs", "sweep", "calibrate", "settleMs", "simulate",
    ];

    /// <summary>Wrong types, names and presets are among the fields' errors; ranges are the business of <see cref="ExperimentPlan.Validate"/>.</summary>
    public static ExperimentPlan Read(JsonFields fields)
    {
        fields.AllowOnly(Names);
        var plan = new ExperimentPlan();
        if (fields.Text("preset") is { } preset)
        {
            if (preset != "custom" && Presets.Find(preset) is null) fields.Add("preset", $"must be {string.Join(", ", Presets.All.Select(p => p.Preset))} or custom, but is \"{preset}\".");
            plan = Presets.Find(preset) ?? plan;
        }

        return plan with
        {
            Name = fields.Text("name") ?? plan.Name,
            Writes = fields.Int("writes") ?? plan.Writes,
            Keys = fields.Int("keys") ?? plan.Keys,
            Concurrency = fields.Int("concurrency") ?? plan.Concurrency,
            MinDelayMs = fields.Number("minDelayMs") ?? plan.MinDelayMs,
            MaxDelayMs = fields.Number("maxDelayMs") ?? plan.MaxDelayMs,
            Distribution = fields.Choice<DelayDistribution>("distribution") ?? plan.Distribution,
            Quorums = fields.Ints("quorums") ?? plan.Quorums,
            Repetitions = fields.Int("repetitions") ?? plan.Repetitions,
            WarmUpWrites = fields.Int("warmUpWrites") ?? plan.WarmUpWrites,
            Seed = fields.Long("seed", long.MinValue) ?? plan.Seed,
            Versioning = fields.Choice<VersioningMode>("versioning") ?? plan.Versioning,
            Delivery = fields.Choice<Delivery>("delivery") ?? plan.Delivery,
            ReplicationTimeoutMs = fields.Int("replicationTimeoutMs") ?? plan.ReplicationTimeoutMs,
            Calibrate = fields.Bool("calibrate") ?? plan.Calibrate,
            SettleMs = fields.Int("settleMs") ?? plan.SettleMs,
            Simulate = fields.Bool("simulate") ?? plan.Simulate,
            Sweep = ReadSweep(fields) ?? plan.Sweep,
        };
    }

    private static Sweep? ReadSweep(JsonFields fields)
    {
        if (fields.Object("sweep") is not { } sweep) return null;
        sweep.AllowOnly("axis", "values");
        var values = sweep.Texts("values");
        if (values is null && !sweep.Has("values")) sweep.Add("values", "is missing.");
        if (!sweep.Has("axis")) sweep.Add("axis", "is missing.");
        return sweep.Choice<SweepAxis>("axis") is { } axis && values is not null ? new Sweep(axis, values) : null;
    }
}
