using System.Text.Json.Serialization;

namespace KvLab.Core.Events;

/// <summary>What became of one write at one follower. <c>late</c> is a flag beside it: after the client had its answer.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeliveryOutcome>))]
public enum DeliveryOutcome
{
    [JsonStringEnumMemberName("pending")] Pending,
    [JsonStringEnumMemberName("applied")] Applied,
    /// <summary>Refused as stale: the follower holds a newer version of the key.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,
    [JsonStringEnumMemberName("duplicate")] Duplicate,
    /// <summary>Refused, error or timeout: not known to be stored; it may be.</summary>
    [JsonStringEnumMemberName("failed")] Failed,
    /// <summary>Was acked, is no longer held.</summary>
    [JsonStringEnumMemberName("lost")] Lost,
    /// <summary>A newer write of the same key took its place while it waited for another attempt: nobody refused it, and it is not known to have arrived.</summary>
    [JsonStringEnumMemberName("replaced")] Replaced,
}
