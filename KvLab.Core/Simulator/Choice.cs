using System.Text.Json.Serialization;

namespace KvLab.Core.Simulator;

/// <summary>What could happen next.</summary>
public enum ChoiceKind
{
    [JsonStringEnumMemberName("deliver")] Deliver,
    [JsonStringEnumMemberName("drop")] Drop,

    /// <summary>It arrives, and its ack is lost.</summary>
    [JsonStringEnumMemberName("drop_answer")] DropAnswer,
    [JsonStringEnumMemberName("duplicate")] Duplicate,
    [JsonStringEnumMemberName("timer")] Timer,

    /// <summary>The next line of the story that it goes along.</summary>
    [JsonStringEnumMemberName("story")] Story,
    [JsonStringEnumMemberName("write")] Write,
    [JsonStringEnumMemberName("read")] Read,
    [JsonStringEnumMemberName("kill")] Kill,
    [JsonStringEnumMemberName("start")] Start,
    [JsonStringEnumMemberName("freeze")] Freeze,
    [JsonStringEnumMemberName("thaw")] Thaw,
    [JsonStringEnumMemberName("cut")] Cut,
    [JsonStringEnumMemberName("heal")] Heal,
    [JsonStringEnumMemberName("fail_over")] FailOver,
}

/// <param name="Index">Its place in the list, which is what a path consists of.</param>
/// <param name="DueMs">When it happens by itself, on the simulation's clock; null for what only happens when it is chosen.</param>
/// <param name="Node">Where it happens.</param>
public sealed record Choice(int Index, ChoiceKind Kind, string Sentence, double? DueMs = null, string? Node = null, string? Key = null, long? Epoch = null, long? Version = null)
{
    [JsonIgnore] internal long Timer { get; init; }

    /// <summary>The line of the story language that does it; null for what waits.</summary>
    [JsonIgnore] internal string? Line { get; init; }
}
