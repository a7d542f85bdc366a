using System.Text.Json.Serialization;
using KvLab.Core.Settings;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Network;

/// <summary>One entry on its way from a leader to a follower.</summary>
/// <param name="Lamport">The sender's Lamport time when it sent.</param>
/// <param name="From">The sender's node id.</param>
/// <param name="Versioning">The setting of the write's start; it travels with the message so that one write has one rule everywhere.</param>
public sealed record ReplicateMessage(
    string Key, JsonText Value, EntryVersion Version, long Lamport, string From, VersioningMode Versioning)
{
    /// <summary>The epoch of the leader that sends. Older than <see cref="Version"/>'s it never is; newer it is when a leader passes on what an earlier one wrote.</summary>
    public long Reign { get; init; } = Version.Epoch;

    /// <summary>Which attempt of its write this is, 1 for the first; 0 where it is no attempt of a write: catching up, or by hand.</summary>
    public int Attempt { get; init; }

    /// <summary>Who began that epoch: a follower that knows the epoch from another leadership refuses. <see cref="Versioning.LeadershipId.Unnamed"/> by hand.</summary>
    public long Leadership { get; init; }

    /// <summary>
    /// Whether an answer says that this entry, or a newer one that stands in its place, is held. A refusal as stale counts only where the newer entry is of an epoch at
    /// least as new as the sender's: what an older leadership left behind confirms nothing.
    /// </summary>
    public bool IsConfirmedBy(ReplicateAnswer answer) =>
        answer.IsAck && (answer.Outcome != ReplicateOutcome.Superseded || answer.Held.Epoch >= Version.Epoch);
}

[JsonConverter(typeof(JsonStringEnumConverter<ReplicateOutcome>))]
public enum ReplicateOutcome
{
    [JsonStringEnumMemberName("applied")] Applied,

    /// <summary>Refused as stale: a newer version is held, so this one is confirmed as superseded.</summary>
    [JsonStringEnumMemberName("superseded")] Superseded,

    [JsonStringEnumMemberName("duplicate")] Duplicate,

    /// <summary>Refused: the sender's epoch is older than one that the follower has seen, or belongs to another leadership. Not an ack.</summary>
    [JsonStringEnumMemberName("fenced")] Fenced,
}

/// <param name="Held">What the follower holds for the key after this message.</param>
/// <param name="Epoch">The highest epoch that the follower has seen.</param>
/// <param name="Lamport">The follower's Lamport time when it answered.</param>
/// <param name="Node">The follower's own id.</param>
public sealed record ReplicateAnswer(ReplicateOutcome Outcome, EntryVersion Held, long Epoch, long Lamport, string Node)
{
    /// <summary>The follower took the message: it holds this version or a newer one. Whether that confirms a write, <see cref="ReplicateMessage.IsConfirmedBy"/> says.</summary>
    public bool IsAck => Outcome != ReplicateOutcome.Fenced;
}
