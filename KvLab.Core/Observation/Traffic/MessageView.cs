using System.Text.Json.Serialization;

namespace KvLab.Core.Observation.Traffic;

[JsonConverter(typeof(JsonStringEnumConverter<MessageKind>))]
public enum MessageKind
{
    /// <summary>An entry on its way from a leader to a follower.</summary>
    [JsonStringEnumMemberName("request")] Request,

    /// <summary>What the follower said to it.</summary>
    [JsonStringEnumMemberName("answer")] Answer,

    /// <summary>A rare question of one node to another, or a client's read of a node, with its answer.</summary>
    [JsonStringEnumMemberName("call")] Call,
}

/// <summary>What is known to have become of a message.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MessageOutcome>))]
public enum MessageOutcome
{
    /// <summary>It has left, and nobody has told of its arrival yet.</summary>
    [JsonStringEnumMemberName("under_way")] UnderWay,

    /// <summary>A request: the follower stored it.</summary>
    [JsonStringEnumMemberName("applied")] Applied,

    /// <summary>A request: the follower held a newer version, refused it as stale, and confirmed.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,

    /// <summary>A request: the follower held exactly that version already.</summary>
    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>A request: the follower knows a newer leadership.</summary>
    [JsonStringEnumMemberName("fenced")] Fenced,

    /// <summary>A fault took it away.</summary>
    [JsonStringEnumMemberName("lost")] Lost,

    /// <summary>It never left: the link refuses, or no process is listening there.</summary>
    [JsonStringEnumMemberName("refused")] Refused,

    /// <summary>An answer: a confirmation in time.</summary>
    [JsonStringEnumMemberName("acked")] Acked,

    /// <summary>An answer: the confirmation that reached the quorum.</summary>
    [JsonStringEnumMemberName("decided")] Decided,

    /// <summary>An answer: a confirmation after the client had its own answer.</summary>
    [JsonStringEnumMemberName("late")] Late,

    /// <summary>It did not say that anything is stored.</summary>
    [JsonStringEnumMemberName("failed")] Failed,

    /// <summary>Nobody waits for it any more, or its sender has ended; whether it arrives is not known.</summary>
    [JsonStringEnumMemberName("given_up")] GivenUp,

    /// <summary>A call that was answered.</summary>
    [JsonStringEnumMemberName("answered")] Answered,
}

/// <summary>One message between two nodes, with both of its ends.</summary>
/// <param name="Id">Of this observer; the same message has the same id whenever it is asked for.</param>
/// <param name="Key">Null for a call between nodes.</param>
/// <param name="Epoch">Of the entry; of a read: of what was read; 0 for another call.</param>
/// <param name="Attempt">1 for the first; 0 for a call.</param>
/// <param name="SentAt">Null where nobody has told of it: this observer began to look later.</param>
/// <param name="ArrivedAt">Null while it is under way, or where it never arrived.</param>
/// <param name="Inversion">It arrived before an older one of its key at the same node, or after a newer one.</param>
/// <param name="ErrorMs">By so much the times may be wrong against each other, because two machines have two clocks; 0 on one machine, null where it is not known.</param>
public sealed record MessageView(
    string Id, MessageKind Kind, string From, string To, string? Key, long Epoch, long Version, int Attempt, DateTimeOffset? SentAt, DateTimeOffset? ArrivedAt,
    long? LamportSent, long? LamportArrived, MessageOutcome Outcome, bool Inversion, double? ErrorMs)
{
    /// <summary>Of a call: probe, seal, digest, repair, recover, or read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public string? Call { get; init; }

    /// <summary>Of a call: when its answer was there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public DateTimeOffset? AnsweredAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] public long? LamportAnswered { get; init; }

    /// <summary>A copy that the network made, or that came again over a new connection.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Copy { get; init; }
}
