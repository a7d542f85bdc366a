using System.Text.Json.Serialization;

namespace KvLab.Core.Network;

/// <summary>Which fault took a message away. The names are those of the wire.</summary>
public enum LossReason
{
    /// <summary>By chance.</summary>
    [JsonStringEnumMemberName("request_lost")] RequestLost,
    [JsonStringEnumMemberName("answer_lost")] AnswerLost,

    /// <summary>By <see cref="DirectionFaults.DropNext"/>.</summary>
    [JsonStringEnumMemberName("dropped")] Dropped,

    /// <summary>Failed at once.</summary>
    [JsonStringEnumMemberName("refused")] Refused,

    /// <summary>A partition.</summary>
    [JsonStringEnumMemberName("swallowed")] Swallowed,
}
