namespace KvLab.Core.Experiments.Plans;

/// <summary>The plans that classes use.</summary>
public static class Presets
{
    /// <summary>The assignment as it was first given: many writes over a fast network. On a small machine it saturates, which is a finding of its own.</summary>
    public static readonly ExperimentPlan Classic = new()
    {
        Name = "Classic",
        Preset = "classic",
        Writes = 10_000,
        Keys = 100,
        Concurrency = 20,
        MinDelayMs = 0.1,
        MaxDelayMs = 1,
        WarmUpWrites = 500,
    };

    /// <summary>The assignment as it is given now: few writes over a slow network, where the delay is all that counts.</summary>
    public static readonly ExperimentPlan Current = new()
    {
        Name = "Current",
        Preset = "current",
        Writes = 100,
        Keys = 10,
        Concurrency = 10,
        MinDelayMs = 0,
        MaxDelayMs = 1000,
    };

    /// <summary>The seed's own defaults: every follower must acknowledge.</summary>
    public static readonly ExperimentPlan Seed = new()
    {
        Name = "Defaults of the original program",
        Preset = "seed",
        Writes = 100,
        Keys = 10,
        Concurrency = 10,
        MinDelayMs = 0.1,
        MaxDelayMs = 1000,
        Quorums = [5],
    };

    /// <summary>Both modes with the same seed and so the same delays.</summary>
    public static readonly ExperimentPlan VersionedAgainstNaive = new()
    {
        Name = "Versioned against naive",
        Preset = "versioned-naive",
        Writes = 200,
        Keys = 5,
        Concurrency = 20,
        MinDelayMs = 0,
        MaxDelayMs = 200,
        Quorums = [1, 3, 5],
        Sweep = new Sweep(SweepAxis.Versioning, ["versioned", "naive"]),
    };

    /// <summary>The same load over each storage. No delay and one client: what a write takes is what its storage and the machine take.</summary>
    public static readonly ExperimentPlan StorageCompared = new()
    {
        Name = "Storage compared",
        Preset = "storage-compared",
        Writes = 500,
        Keys = 100,
        Concurrency = 1,
        MinDelayMs = 0,
        MaxDelayMs = 0,
        Quorums = [1, 3, 5],
        WarmUpWrites = 100,
        Sweep = new Sweep(SweepAxis.Storage, Sweep.Storages),
    };

    public static IReadOnlyList<ExperimentPlan> All { get; } = [Current, Classic, Seed, VersionedAgainstNaive, StorageCompared];

    /// <returns>Null when there is no preset of this name.</returns>
    public static ExperimentPlan? Find(string name) =>
        All.FirstOrDefault(p => p.Preset.Equals(name, StringComparison.OrdinalIgnoreCase));
}
