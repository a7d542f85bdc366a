using System.Text.Json.Serialization;
using KvLab.Core.Replication;

namespace KvLab.Web.NodeCalls;

/// <summary>The leader's answer as it came, and how long it took seen from the dashboard.</summary>
public sealed record WriteAnswer(
    WriteStatus Status, string Key, long Version, long Epoch, int Acks, int Required,
    [property: JsonPropertyName("elapsed_ms")] double ElapsedMs, string? Note)
{
    /// <summary>What the leader answered with: 200, or 503 for a shortfall where the setting says so.</summary>
    [JsonIgnore]
    public int HttpStatus { get; init; } = 200;
}
