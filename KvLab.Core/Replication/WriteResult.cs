using System.Text.Json.Serialization;
using KvLab.Core.Versioning;

namespace KvLab.Core.Replication;

[JsonConverter(typeof(JsonStringEnumConverter<WriteStatus>))]
public enum WriteStatus
{
    [JsonStringEnumMemberName("success")] Success,

    /// <summary>Stored on the leader and on its way to all followers, but fewer than W were seen to acknowledge.</summary>
    [JsonStringEnumMemberName("partial_success")] PartialSuccess,
}

/// <summary>Why the client got its answer at that moment. The names are those of the wire.</summary>
public enum AnswerReason
{
    /// <summary>The W-th ack arrived.</summary>
    [JsonStringEnumMemberName("quorum_reached")] QuorumReached,
    /// <summary>More than N − W followers failed: no wait could help.</summary>
    [JsonStringEnumMemberName("quorum_unreachable")] QuorumUnreachable,
    /// <summary>The deadline passed.</summary>
    [JsonStringEnumMemberName("deadline")] Deadline,
    /// <summary>The leader shuts down.</summary>
    [JsonStringEnumMemberName("shutdown")] Shutdown,
    /// <summary>The lab was reset while the client waited.</summary>
    [JsonStringEnumMemberName("cleared")] Cleared,
    /// <summary>Another leader reigns: this one stepped down.</summary>
    [JsonStringEnumMemberName("deposed")] Deposed,
}

/// <param name="Acks">Distinct followers that had acknowledged when the client was answered, and the leader where it is counted.</param>
/// <param name="Required">W at the start of the write.</param>
/// <param name="Elapsed">From the start of the write on the leader to its answer.</param>
public sealed record WriteResult(
    WriteStatus Status, AnswerReason Reason, string Key, EntryVersion Version, int Acks, int Required, int Followers, TimeSpan Elapsed)
{
    /// <summary>Whether the leader's own copy is one of the acks.</summary>
    public bool CountsLeader { get; init; }

    /// <summary>Whether the write began in naive mode.</summary>
    public bool Naive { get; init; }

    /// <summary>What a client may rely on, in a sentence or two.</summary>
    public string Note => (Status, Reason) switch
    {
        (WriteStatus.Success, _) => $"Stored on the leader and on at least {(CountsLeader ? Acks - 1 : Acks)} of {Followers} followers.",
        (_, AnswerReason.Cleared) => $"The lab was reset while this write waited, with {Acks} of the required {Required} followers acknowledged; the reset removed it.",
        (_, AnswerReason.Shutdown) => $"{Shortfall} (the leader is shutting down). The write is not undone, but this leader does not replicate it any further.",
        (_, AnswerReason.Deposed) => $"{Shortfall} (another leader leads now). The write may be rolled back.",
        (_, AnswerReason.Deadline) => $"{Shortfall} (the timeout was reached). {NotUndone}",
        _ => $"{Shortfall} (too many followers failed). {NotUndone}",
    };

    private string Shortfall => $"Stored on the leader, but only {Acks} of the required {Required} {(CountsLeader ? "replicas (itself counted)" : "followers")} acknowledged";

    private const string NotUndone = "The write is not undone: replication continues, and it may still reach every follower.";
}
