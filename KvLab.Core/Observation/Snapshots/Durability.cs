using System.Collections.Immutable;
using System.Globalization;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Series;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Snapshots;

/// <summary>What became of the writes that clients were told had succeeded.</summary>
/// <param name="Latest">Newest first, at most <see cref="StateLimits.DurabilityRows"/>.</param>
/// <param name="Lost">Newest first, at most <see cref="StateLimits.LostRows"/>; <see cref="DurabilityCounts.Lost"/> counts all.</param>
public sealed record DurabilityView(DurabilityCounts Counts, ImmutableArray<DurabilityRow> Latest, ImmutableArray<DurabilityRow> Lost)
{
    public static readonly DurabilityView Empty = new(DurabilityCounts.Zero, [], []);

    /// <summary>Leaders that ended without a last report, the latest first, at most <see cref="StateLimits.ReportGaps"/>.</summary>
    public ImmutableArray<ReportGap> Gaps { get; init; } = [];
}

/// <summary>
/// A leader ended, and nobody knows what it did after its last report: a client that asked it directly may have been told of a success that the ledger does not count. What
/// clients of this dashboard were told is known from them.
/// </summary>
/// <param name="LastReport">When its last report came; null where none had.</param>
/// <param name="Unanswered">Writes that it had taken and that no answer is known of.</param>
public sealed record ReportGap(string Node, DateTimeOffset? LastReport, DateTimeOffset EndedAt, int Unanswered)
{
    public string Sentence => SentenceWith(static at => at.ToUniversalTime().ToString("HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));

    /// <param name="clock">How whoever reads it sees a time.</param>
    public string SentenceWith(Func<DateTimeOffset, string> clock) => string.Create(CultureInfo.InvariantCulture,
        $"Not known: how {Node} answered its direct clients {(LastReport is { } last ? $"in the last {Math.Max(0, (EndedAt - last).TotalSeconds):0.00} s before it stopped at {clock(EndedAt)}" : $"before it stopped at {clock(EndedAt)}")}"
        + $"{(Unanswered > 0 ? $", and how it answered {Explain.Count(Unanswered, "accepted write")}" : "")}.");
}

/// <summary>One second in which somebody wrote, on the dashboard's own clock.</summary>
/// <param name="Second">Since the dashboard began.</param>
/// <param name="Success">Answers of a leader on the leader's side: at least W followers had acknowledged.</param>
/// <param name="Partial">Likewise: stored on the leader, fewer than W had acknowledged.</param>
/// <param name="Unreachable">Clients of this dashboard (form, burst, REST) that nobody answered.</param>
/// <param name="OtherSuccess">Answers of a leader on the other side of a partition.</param>
/// <param name="OtherPartial">Likewise.</param>
/// <param name="OtherStale">Most keys on which a follower on the other side was behind: a read there would have been stale.</param>
/// <param name="Unavailable">Followers that could not confirm at the end of this second.</param>
public sealed record AvailabilityPoint(
    long Second, int Success, int Partial, int Unreachable, int OtherSuccess, int OtherPartial, int OtherStale, int Unavailable, int Followers, int Required)
{
    public int Answered => Success + Partial + OtherSuccess + OtherPartial;
}

/// <param name="Seconds">Since the dashboard began.</param>
/// <param name="Label">A few words: <c>follower-3 killed</c>.</param>
public sealed record FaultMark(double Seconds, string? Node, string Label);

/// <param name="Points">Oldest first, at most <see cref="StateLimits.AvailabilityPoints"/>; the last one may still grow.</param>
/// <param name="Marks">Oldest first, at most <see cref="StateLimits.FaultMarks"/>.</param>
public sealed record AvailabilityView(ImmutableArray<AvailabilityPoint> Points, ImmutableArray<FaultMark> Marks)
{
    public static readonly AvailabilityView Empty = new([], []);
}

/// <summary>For what is beyond the rows of a snapshot.</summary>
public interface IDurabilityLookup
{
    /// <summary>Null when no client was told of its success, or when it is followed no more.</summary>
    DurabilityRow? Find(EntryVersion version);

    /// <summary>Acknowledged writes that none of these nodes holds, nor a newer one of their key; all that clients of this dashboard were told counts, also what no node has reported.</summary>
    BeyondReach Beyond(IReadOnlyCollection<string> nodes, int listed);
}
