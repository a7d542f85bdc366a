using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Core.Experiments.Plans;

/// <summary>What one experiment does. Every field has a default, so a script names only what it wants otherwise.</summary>
/// <remarks>One point is measured per quorum, per value of the sweep, per repetition; all points use the same seed and so the same delays.</remarks>
public sealed record ExperimentPlan
{
    public const int MostWrites = 1_000_000;
    public const int MostPoints = 200;
    public const int MostKeys = 100_000;
    public const int MostConcurrency = 200;
    public const int LongestName = 120;
    public const int MostRepetitions = 20;
    public const int MostWarmUpWrites = 10_000;
    public const int LongestSettleMs = 60_000;

    /// <summary>Of all points together: every one is kept with all its deliveries until the run is over.</summary>
    public const long MostTotalWrites = 5_000_000;

    public const int MostQuorums = MostFollowers + 1;
    public const int MostFollowers = 15;

    /// <summary>For people; up to 120 characters.</summary>
    public string Name { get; init; } = "Custom";

    /// <summary>The preset that it began from: <c>classic</c>, <c>current</c>, <c>seed</c>, … or <c>custom</c>.</summary>
    public string Preset { get; init; } = "custom";

    /// <summary>Measured writes per point, 1 … 1,000,000.</summary>
    public int Writes { get; init; } = 100;

    /// <summary>Distinct keys, 1 … 100,000, used in turn.</summary>
    public int Keys { get; init; } = 10;

    /// <summary>Clients; each waits for its answer before it writes again. 1 … 200.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>Range of the simulated delay in ms.</summary>
    public double MinDelayMs { get; init; }
    public double MaxDelayMs { get; init; } = 1000;
    public DelayDistribution Distribution { get; init; } = DelayDistribution.Uniform;

    /// <summary>The write quorums to measure, each 0 … N.</summary>
    public IReadOnlyList<int> Quorums { get; init; } = [1, 2, 3, 4, 5];

    /// <summary>1 … 20.</summary>
    public int Repetitions { get; init; } = 1;

    /// <summary>Writes before each point that are not measured, 0 … 10,000. They open connections and let the code be compiled.</summary>
    public int WarmUpWrites { get; init; } = 20;

    public long Seed { get; init; } = 42;
    public VersioningMode Versioning { get; init; } = VersioningMode.Versioned;
    public Delivery Delivery { get; init; } = Delivery.AtLeastOnce;
    public int ReplicationTimeoutMs { get; init; } = 5000;

    /// <summary>A second thing that varies; null for quorums only.</summary>
    public Sweep? Sweep { get; init; }

    /// <summary>Measure this machine's overhead at zero delay in the same run. Without it predictions are of the delay alone.</summary>
    public bool Calibrate { get; init; } = true;

    /// <summary>How long after quiescence the replicas are compared once more, 0 … 60,000 ms.</summary>
    public int SettleMs { get; init; } = 500;

    /// <summary>In the simulator, in virtual time, instead of on real nodes; the seed decides every random choice there.</summary>
    public bool Simulate { get; init; }

    /// <summary>Null when a run can be called so, else the sentence that says why not.</summary>
    public static string? CheckName(string name) =>
        name.Length is 0 or > LongestName ? $"name must have 1 to {LongestName} characters."
        : name.Any(char.IsControl) ? "name must not contain control characters."
        : null;

    /// <summary>Every problem at once; empty when the plan can run.</summary>
    /// <param name="followers">N of the cluster; a sweep over followers brings its own.</param>
    public IReadOnlyList<FieldError> Validate(int followers)
    {
        var errors = new FieldErrors();
        if (CheckName(Name) is { } wrongName) errors.Add("name", wrongName);
        Between(Writes, 1, MostWrites, "writes");
        Between(Keys, 1, MostKeys, "keys");
        Between(Concurrency, 1, MostConcurrency, "concurrency");
        Between(Repetitions, 1, MostRepetitions, "repetitions");
        Between(WarmUpWrites, 0, MostWarmUpWrites, "warmUpWrites");
        Between(SettleMs, 0, LongestSettleMs, "settleMs");
        errors.Require(Quorums.Count > 0, "quorums", "quorums must name at least one write quorum.");
        errors.Require(Quorums.Count <= MostQuorums, "quorums", $"quorums must name at most {MostQuorums} write quorums, but names {Quorums.Count}.");
        errors.Require(Quorums.Count > MostQuorums || Quorums.Distinct().Count() == Quorums.Count, "quorums", "quorums must not name a write quorum twice.");
        if (Sweep is { } sweep) sweep.Validate(errors);
        errors.Require(!Simulate || Sweep?.Axis != SweepAxis.Storage, "sweep", "sweep: the simulator stores in memory only; run a sweep over storage on real nodes.");
        // Also where there will be no points to look at: everything that is wrong is said at once.
        foreach (var wrong in OwnSettings(0).Validate(MostFollowers).Where(e => !Varies(e.Field))) errors.Add(wrong.Field, wrong.Message);
        if (errors.Any) return errors.All;

        // Products first: a few bytes can ask for millions of points, which must not be made in order to be counted.
        errors.Require(PointCount <= MostPoints, "quorums", $"quorums, repetitions and the values of the sweep give {PointCount} points; at most {MostPoints} are possible.");
        errors.Require(PointCount * Writes <= MostTotalWrites, "writes",
            $"writes: {PointCount} points of {Writes} writes are {PointCount * Writes} writes in all; at most {MostTotalWrites} are possible.");
        if (errors.Any) return errors.All;

        var points = Points(followers);
        foreach (var (point, wrong) in points.SelectMany(p => p.Settings.Validate(p.Followers).Select(e => (p, e))).DistinctBy(e => (e.p.SweepValue, e.e.Message)))
        {
            if (wrong.Field == "writeQuorum") errors.Add("quorums", $"quorums: {wrong.Message}");
            else if (Varies(wrong.Field)) errors.Add("sweep", $"sweep.values: \"{ErrorText.Short(point.SweepValue ?? "")}\": {wrong.Message}");
            else errors.Add(wrong.Field, wrong.Message);
        }

        foreach (var point in points)
        {
            if (point.Concurrency is < 1 or > MostConcurrency || point.Keys is < 1 or > MostKeys || point.Followers is < 1 or > MostFollowers)
                errors.Add("sweep", "sweep has a value out of range: concurrency 1 to 200, keys 1 to 100000, followers 1 to 15.");
        }

        return [.. errors.All.DistinctBy(e => e.Message)];

        void Between(int value, int low, int high, string field) =>
            errors.Require(value >= low && value <= high, field, $"{field} must be from {low} to {high}, but is {value}.");
    }

    /// <summary>Everything to measure, in order: repetitions outermost, so that a drift of the machine hits all points alike.</summary>
    public IReadOnlyList<PointPlan> Points(int followers)
    {
        var points = new List<PointPlan>();
        for (var repetition = 1; repetition <= Repetitions; repetition++)
        {
            foreach (var value in Sweep?.Values ?? [""])
            {
                foreach (var quorum in Quorums)
                {
                    var point = new PointPlan
                    {
                        Index = points.Count,
                        Repetition = repetition,
                        Followers = followers,
                        Concurrency = Concurrency,
                        Keys = Keys,
                        SweepValue = Sweep is null ? null : value,
                        Settings = OwnSettings(quorum),
                    };
                    points.Add(Sweep is null ? point : Sweep.Apply(point, value));
                }
            }
        }

        return points;
    }

    /// <summary>Without what the sweep puts in their place.</summary>
    private LiveSettings OwnSettings(int quorum) => new()
    {
        WriteQuorum = quorum,
        MinDelayMs = MinDelayMs,
        MaxDelayMs = MaxDelayMs,
        Distribution = Distribution,
        Seed = Seed,
        Versioning = Versioning,
        Delivery = Delivery,
        ReplicationTimeoutMs = ReplicationTimeoutMs,
    };

    /// <summary>Whether the sweep brings this setting, so that the plan's own is not used.</summary>
    private bool Varies(string field) => Sweep?.Axis switch
    {
        SweepAxis.DelayRange => field is "minDelayMs" or "maxDelayMs",
        SweepAxis.Distribution => field == "distribution",
        SweepAxis.Versioning => field == "versioning",
        _ => false,
    };

    /// <summary>Long, because this is asked before anything is bounded.</summary>
    [JsonIgnore] public long PointCount => (long)Quorums.Count * Repetitions * (Sweep?.Values.Count ?? 1);
}

/// <summary>One thing to measure: the settings, the load, and where it stands in the plan.</summary>
public sealed record PointPlan
{
    public required int Index { get; init; }
    public required int Repetition { get; init; }
    public required int Followers { get; init; }
    public required int Concurrency { get; init; }
    public required int Keys { get; init; }

    /// <summary>The sweep's value as it was written; null without a sweep.</summary>
    public string? SweepValue { get; init; }
    public required LiveSettings Settings { get; init; }

    /// <summary>What the nodes keep their entries in; null: whatever the cluster has.</summary>
    public string? Storage { get; init; }

    /// <summary>What a chart's legend says.</summary>
    public string Label => SweepValue is null ? $"W={Settings.WriteQuorum}" : $"W={Settings.WriteQuorum}, {SweepValue}";
}
