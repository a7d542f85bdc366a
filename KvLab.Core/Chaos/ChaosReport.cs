using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace KvLab.Core.Chaos;

/// <summary>What became of one planned fault.</summary>
/// <param name="Node">The node or nodes that it met; null when it was not done.</param>
/// <param name="AtMs">When it was really done, since the load began.</param>
/// <param name="Skipped">Why it was not done; null when it was.</param>
public sealed record FaultDone(ChaosFault Fault, string? Node, double AtMs, string? Skipped);

/// <summary>One thing that must hold afterwards.</summary>
/// <param name="Claim">In words, with the numbers of docs' properties (P1 …) where it is one.</param>
public sealed record Verdict(string Claim, bool Holds, string Note);

[JsonConverter(typeof(JsonStringEnumConverter<ChaosState>))]
public enum ChaosState
{
    [JsonStringEnumMemberName("running")] Running,
    /// <summary>Everything held.</summary>
    [JsonStringEnumMemberName("passed")] Passed,
    [JsonStringEnumMemberName("failed")] Failed,
    /// <summary>The run could not be carried through; nothing is said about what held.</summary>
    [JsonStringEnumMemberName("broken")] Broken,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>A chaos run as it goes, or what it found.</summary>
/// <param name="Doing">What goes on now; null when it is over.</param>
/// <param name="Lost">Acknowledged writes that no node holds, nor a newer one.</param>
/// <param name="Rule">What the plan spares, and why.</param>
public sealed record ChaosReport(
    string Id, string Stage, ChaosState State, ChaosOptions Options, int Followers, int WriteQuorum, string? Doing,
    IReadOnlyList<FaultDone> Faults, long Success, long Partial, long Unanswered, int Lost, double ElapsedMs, double? SettledMs,
    IReadOnlyList<Verdict> Verdicts, string Rule, string? Problem, DateTimeOffset StartedAt)
{
    /// <summary>What others changed meanwhile, in sentences; empty: nothing disturbed it.</summary>
    public IReadOnlyList<string> Disturbances { get; init; } = [];

    /// <summary>A run that has not begun yet.</summary>
    public static ChaosReport Of(ChaosPlan plan, string id, string stage, DateTimeOffset now) => new(
        id, stage, ChaosState.Running, plan.Options, plan.Followers, plan.Options.WriteQuorum ?? plan.Followers, "emptying the lab", [], 0, 0, 0, 0, 0, null, [], ChaosPlan.Rule, null, now);

    [JsonIgnore] public bool IsOver => State != ChaosState.Running;

    public int Done => Faults.Count(f => f.Skipped is null);

    /// <summary>For people: what was done, what held.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"Chaos run {Id} on {Stage}: {State.ToString().ToLowerInvariant()}. Seed {Options.Seed}, W = {WriteQuorum} of {Followers}, {Options.Clients} clients, {Options.Keys} keys.");
        if (Problem is not null) Line($"{Problem}");
        Line($"{Done} of {Options.Faults} faults in {ElapsedMs / 1000:0.0} s: {string.Join(", ", Faults.Where(f => f.Skipped is null).GroupBy(f => f.Fault.Kind).OrderBy(g => g.Key).Select(g => $"{g.Count()} {g.Key}"))}.");
        foreach (var skipped in Faults.Where(f => f.Skipped is not null).GroupBy(f => f.Skipped)) Line($"Not done, {skipped.Count()}: {skipped.Key}");
        Line($"Writes: {Success} succeeded, {Partial} partial, {Unanswered} without an answer. Acknowledged and lost: {Lost}.");
        if (SettledMs is { } settled) Line($"After healing, all replicas were equal within {settled / 1000:0.0} s.");
        foreach (var verdict in Verdicts) Line($"{(verdict.Holds ? "✓" : "✗")} {verdict.Claim}: {verdict.Note}");
        foreach (var disturbance in Disturbances) Line($"Disturbed: {disturbance}");
        Line($"Rule: {Rule}");
        return text.ToString();
    }
}
