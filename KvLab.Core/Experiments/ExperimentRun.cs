using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments.Plans;
using KvLab.Core.Settings;

namespace KvLab.Core.Experiments;

[JsonConverter(typeof(JsonStringEnumConverter<RunState>))]
public enum RunState
{
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("paused")] Paused,
    [JsonStringEnumMemberName("done")] Done,

    /// <summary>Every point was measured, but somebody changed the cluster meanwhile: <see cref="ExperimentRun.AllDisturbances"/> says how.</summary>
    [JsonStringEnumMemberName("disturbed")] Disturbed,

    /// <summary>Ended on request; what was measured until then is kept.</summary>
    [JsonStringEnumMemberName("cancelled")] Cancelled,

    /// <summary>Could not go on; <see cref="ExperimentRun.Error"/> says why.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>The dashboard ended in the middle of it.</summary>
    [JsonStringEnumMemberName("broken")] Broken,
}

/// <summary>Where and with what it ran.</summary>
/// <param name="Software">KvLab's version.</param>
/// <param name="Machine">Processor count, operating system, runtime.</param>
/// <param name="SimulationSeed">What decided everything in the simulator; null for a run on real nodes.</param>
public sealed record RunEnvironment(string Software, string Machine, long? SimulationSeed = null)
{
    /// <summary>For people, wherever a run is shown; null for a run on real nodes.</summary>
    [JsonIgnore] public string? Simulation => SimulationSeed is { } seed ? Simulated.Words(seed) : null;
}

/// <summary>One experiment: its plan and everything that came of it so far. Immutable; replaced whole as it goes on.</summary>
public sealed record ExperimentRun
{
    public required string Id { get; init; }
    public required ExperimentPlan Plan { get; init; }
    public required RunEnvironment Environment { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required IReadOnlyList<string> Followers { get; init; }

    /// <summary>The settings that it found and put back.</summary>
    public LiveSettings? SettingsBefore { get; init; }
    public RunState State { get; init; } = RunState.Running;
    public DateTimeOffset? EndedAt { get; init; }
    public string? Error { get; init; }
    public Calibration Calibration { get; init; } = Calibration.None;
    public IReadOnlyList<PointResult> Points { get; init; } = [];
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    /// <summary>Storages of the plan that could not be used; their points are not there.</summary>
    public IReadOnlyList<AbsentStorage> Absent { get; init; } = [];
    public RunProgress Progress { get; init; } = RunProgress.None;

    /// <summary>What others changed outside of any point, in sentences.</summary>
    public IReadOnlyList<string> Disturbances { get; init; } = [];

    public IEnumerable<string> AllDisturbances => Points.SelectMany(p => p.Disturbances).Concat(Disturbances);

    public bool IsOver => State is not (RunState.Running or RunState.Paused);
}

/// <param name="Reason">A sentence for people, without secrets.</param>
public sealed record AbsentStorage(string Storage, string Reason);

/// <param name="Doing">What happens now, a few words.</param>
/// <param name="Fraction">0 … 1, by estimated time.</param>
/// <param name="SecondsLeft">Estimated; null when unknown.</param>
public sealed record RunProgress(string Doing, int PointsDone, int Points, double Fraction, double? SecondsLeft)
{
    public static readonly RunProgress None = new("not started", 0, 0, 0, null);
}
