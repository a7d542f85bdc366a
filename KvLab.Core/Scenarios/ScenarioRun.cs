using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace KvLab.Core.Scenarios;

[JsonConverter(typeof(JsonStringEnumConverter<ScenarioState>))]
public enum ScenarioState
{
    [JsonStringEnumMemberName("running")] Running,
    /// <summary>Every expectation held.</summary>
    [JsonStringEnumMemberName("passed")] Passed,
    /// <summary>An expectation did not hold.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
    /// <summary>A command could not be carried out; the rest was not tried.</summary>
    [JsonStringEnumMemberName("broken")] Broken,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

[JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
public enum StepState
{
    [JsonStringEnumMemberName("pending")] Pending,
    [JsonStringEnumMemberName("running")] Running,
    /// <summary>A command was carried out, or an expectation held.</summary>
    [JsonStringEnumMemberName("ok")] Ok,
    [JsonStringEnumMemberName("failed")] Failed,
}

/// <summary>One step of a run, as far as it has come.</summary>
/// <param name="Note">What came of it: the answer of a write, what was found instead of what was expected.</param>
/// <param name="AtMs">When it began, in ms since the run began.</param>
public sealed record StepResult(int Line, string Text, bool IsExpectation, StepState State, string? Note, double? AtMs, double? TookMs)
{
    /// <summary>The number that a <c>measure</c> line found; null for all other lines.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public Measured? Measured { get; init; }
}

/// <summary>A scenario as it is played, or was. Immutable; each step makes a new one.</summary>
/// <param name="Problem">Why the run is broken; null otherwise.</param>
public sealed record ScenarioRun(string Id, string Name, string Title, string Stage, ScenarioState State, ImmutableArray<StepResult> Steps, string? Problem, DateTimeOffset StartedAt)
{
    /// <summary>What others changed meanwhile, in sentences; empty: nothing disturbed it.</summary>
    public IReadOnlyList<string> Disturbances { get; init; } = [];

    /// <summary>What decided everything in the simulator; null for a run on real nodes.</summary>
    public long? Seed { get; init; }

    public bool Simulated => Seed is not null;

    /// <summary>For people, wherever a run is shown; null for a run on real nodes.</summary>
    [JsonIgnore] public string? Simulation => Seed is { } seed ? Configuration.Simulated.Words(seed) : null;

    [JsonIgnore] public bool IsOver => State != ScenarioState.Running;
    public int Expectations => Steps.Count(s => s.IsExpectation);

    /// <summary>Of a name that is given twice, the last number.</summary>
    [JsonIgnore] public IReadOnlyDictionary<string, Measured> Measures => Steps.Select(s => s.Measured).OfType<Measured>().GroupBy(m => m.Name).ToDictionary(m => m.Key, m => m.Last());

    public int Held => Steps.Count(s => s is { IsExpectation: true, State: StepState.Ok });

    public static ScenarioRun Of(Scenario scenario, string id, string stage, DateTimeOffset now) => new(
        id, scenario.Name, scenario.Title, stage, ScenarioState.Running,
        [.. scenario.Steps.Select(s => new StepResult(s.Line, s.Text, s.IsExpectation, StepState.Pending, null, null, null))], null, now);
}
