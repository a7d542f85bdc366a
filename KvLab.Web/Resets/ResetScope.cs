using System.Text.Json.Serialization;

namespace KvLab.Web.Resets;

/// <summary>What a reset ends.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResetScope>))]
public enum ResetScope
{
    /// <summary>All data, and what was counted of it. Settings, faults and who leads stay.</summary>
    [JsonStringEnumMemberName("data")] Data,

    /// <summary>Everything that was changed since the start.</summary>
    [JsonStringEnumMemberName("all")] All,
}
