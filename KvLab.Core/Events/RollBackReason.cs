using System.Text.Json.Serialization;

namespace KvLab.Core.Events;

/// <summary>What became of a replaced leader's write that its successor does not know.</summary>
public enum RollBackReason
{
    [JsonStringEnumMemberName("taken_back")] TakenBack,

    /// <summary>It was gone already: a newer write of the key had come.</summary>
    [JsonStringEnumMemberName("overwritten")] Overwritten,
}
