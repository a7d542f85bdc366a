using System.Text.Json.Serialization;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

[JsonConverter(typeof(JsonStringEnumConverter<WriteStatus>))]
public enum WriteStatus
{
    [JsonStringEnumMemberName("success")] Success,

    /// <summary>Stored on the leader and on its way to all followers, but fewer than W were seen to confirm.</summary>
    [JsonStringEnumMemberName("partial_success")] PartialSuccess,
}

/// <summary>Why the client got its answer at that moment.</summary>
public enum AnswerReason
{
    /// <summary>The W-th ack arrived.</summary>
    QuorumReached,
    /// <summary>More than N − W followers failed: no wait could help.</summary>
    QuorumUnreachable,
    /// <summary>The deadline passed.</summary>
    Deadline,
    /// <summary>The leader shuts down.</summary>
    Shutdown,
}

/// <param name="Acks">Distinct followers that had confirmed when the client was answered.</param>
/// <param name="Required">W at the start of the write.</param>
/// <param name="Elapsed">From the start of the write on the leader to its answer.</param>
public sealed record WriteResult(
    WriteStatus Status, AnswerReason Reason, string Key, EntryVersion Version, int Acks, int Required, int Followers, TimeSpan Elapsed)
{
    /// <summary>One sentence that says what a client may rely on.</summary>
    public string Note => Status == WriteStatus.Success
        ? $"Stored on the leader and on at least {Acks} of {Followers} followers."
        : $"Stored on the leader, but only {Acks} of the required {Required} followers confirmed ({Why}). The write is not undone: replication goes on and it may still reach every follower.";

    private string Why => Reason switch
    {
        AnswerReason.QuorumUnreachable => "too many followers failed",
        AnswerReason.Deadline => "the deadline passed",
        AnswerReason.Shutdown => "the leader is shutting down",
        _ => "quorum reached",
    };
}
