using System.Text.Json.Serialization;

namespace KvLab.Core.Events;

/// <summary>Why an attempt to bring a write to a follower failed, or why there is no further one. The names are those of the wire.</summary>
public enum DeliveryReason
{
    /// <summary>Nobody listens there.</summary>
    [JsonStringEnumMemberName("refused")] Refused,
    [JsonStringEnumMemberName("timeout")] Timeout,
    [JsonStringEnumMemberName("error")] Error,

    /// <summary>The follower's storage failed.</summary>
    [JsonStringEnumMemberName("storage")] Storage,

    /// <summary>The follower knows a newer leadership.</summary>
    [JsonStringEnumMemberName("fenced")] Fenced,

    /// <summary>The setting allows one attempt.</summary>
    [JsonStringEnumMemberName("once")] Once,

    /// <summary>A newer version of the key is on its way itself.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,

    /// <summary>The follower was removed.</summary>
    [JsonStringEnumMemberName("removed")] Removed,

    /// <summary>Too many deliveries are open.</summary>
    [JsonStringEnumMemberName("overflow")] Overflow,
    [JsonStringEnumMemberName("shutdown")] Shutdown,

    /// <summary>The lab was reset.</summary>
    [JsonStringEnumMemberName("cleared")] Cleared,

    /// <summary>Another leader reigns.</summary>
    [JsonStringEnumMemberName("deposed")] Deposed,

    /// <summary>Hinted delivery: it was kept for as long as hints are kept.</summary>
    [JsonStringEnumMemberName("hint_window")] HintWindow,

    /// <summary>Hinted delivery: as many hints are kept already as may be.</summary>
    [JsonStringEnumMemberName("hint_limit")] HintLimit,

    /// <summary>Said by whoever watches: the leader's process ended with work unfinished.</summary>
    [JsonStringEnumMemberName("leader_ended")] LeaderEnded,
}
