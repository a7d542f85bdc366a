using System.Collections.Immutable;
using System.Text.Json.Serialization;
using KvLab.Core.Versioning;

namespace KvLab.Core.Durability;

[JsonConverter(typeof(JsonStringEnumConverter<DurabilityState>))]
public enum DurabilityState
{
    /// <summary>Two replicas or more hold the write, or a newer one of its key.</summary>
    [JsonStringEnumMemberName("held")] Held,
    /// <summary>One replica alone holds it: one more failure and it is gone.</summary>
    [JsonStringEnumMemberName("at_risk")] AtRisk,
    /// <summary>A client was told that it had succeeded, and no replica holds it. Stays so, whatever is written later.</summary>
    [JsonStringEnumMemberName("lost")] Lost,
}

/// <summary>How one replica came to hold a write no more.</summary>
/// <param name="Why">What follows the node's name in a sentence: <c>was killed</c>.</param>
public sealed record CopyFate(string Node, string Why, DateTimeOffset At);

/// <summary>A write that a client was told had succeeded.</summary>
/// <param name="Leader">The node that answered.</param>
/// <param name="Required">W of its moment.</param>
/// <param name="Acks">Confirmations that the answer counted, as the leader said.</param>
/// <param name="Naive">An older write may replace it: the last arrival wins.</param>
/// <param name="LeaderCounted">Whether the leader's own copy is one of the confirmations.</param>
public sealed record AcknowledgedWrite(
    EntryVersion Version, string Key, string Leader, int Required, int Acks, DateTimeOffset At, bool Naive = false, bool LeaderCounted = false);

/// <summary>What the ledger knows of one acknowledged write, as of now. Nodes are in the order of their names' numbers.</summary>
/// <param name="HeldAtAnswer">Replicas known to have held it or a newer one when the client was answered, the leader included.</param>
/// <param name="HeldNow">Replicas that hold it or a newer one; always empty when it is lost.</param>
/// <param name="Fates">What became of the copies that are gone, in the order in which they went.</param>
public sealed record DurabilityRow(
    AcknowledgedWrite Write, DurabilityState State, ImmutableArray<string> HeldAtAnswer, ImmutableArray<string> HeldNow,
    ImmutableArray<CopyFate> Fates, DateTimeOffset? LostAt)
{
    /// <summary>A leader that was replaced took it back: the new one does not know it.</summary>
    public bool RolledBack { get; init; }

    /// <summary>Nodes that held this very write when it was rolled back. No leader knows it any more.</summary>
    public ImmutableArray<string> StillHeldBy { get; init; } = [];

    /// <summary>One sentence with its facts, in which nodes are called by their ids.</summary>
    public string Why => DurabilityWords.Of(this, id => id);
}

/// <summary>What would be missing if some nodes alone went on, as far as news told.</summary>
/// <param name="Followed">Acknowledged writes that were looked at: those in the window that are not lost.</param>
/// <param name="Beyond">Of these, held by none of the nodes, nor is a newer one of their key.</param>
/// <param name="Rows">The latest of them.</param>
/// <param name="Lost">Acknowledged writes that were lost before, whoever goes on.</param>
/// <param name="Unknown">Acknowledged writes that are followed no more, or never were: nothing is known of them.</param>
public sealed record BeyondReach(int Followed, int Beyond, ImmutableArray<DurabilityRow> Rows, long Lost, long Unknown);

/// <param name="Acknowledged">Writes that clients were told had succeeded, since the last reset.</param>
/// <param name="Held">Of the followed ones.</param>
/// <param name="AtRisk">Of the followed ones.</param>
/// <param name="Lost">Of all that ever were followed.</param>
/// <param name="Older">Acknowledged writes that fell out of the window, not lost by then: they are counted but followed no more.</param>
/// <param name="NotFollowed">Acknowledged writes of keys beyond the ledger's limit.</param>
public sealed record DurabilityCounts(long Acknowledged, int Held, int AtRisk, long Lost, long Older, long NotFollowed)
{
    public static readonly DurabilityCounts Zero = new(0, 0, 0, 0, 0, 0);
}
