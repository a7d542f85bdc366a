using KvLab.Core.Durability;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Versioning;
using KvLab.Web.Api.Requests;
using KvLab.Web.Live;
using KvLab.Web.Problems;

namespace KvLab.Web.Api;

/// <summary>What was promised, what was kept of it, and what clients were told while things broke.</summary>
internal static class DurabilityEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").WithTags("Durability");
        api.MapGet("/durability", (HttpRequest request, IClusterState state) => Ledger(request, state)).Produces<DurabilityAnswer>().Refuses()
            .WithSummary($"Acknowledged writes: counts, the lost ones with their reasons, the latest. limit: 1 … {StateLimits.LostRows}, default 40.");
        api.MapGet("/durability/{epoch:long}/{version:long}", Row).Produces<DurabilityAnswerRow>().Refuses(404)
            .WithSummary($"One of the latest {DurabilityLedger.Window} acknowledged writes: which nodes held it when the client was answered, which hold it now, and why.");
        api.MapGet("/availability", (IClusterState state) => AvailabilityAnswer.Of(state.Current)).Produces<AvailabilityAnswer>()
            .WithSummary("Successful, partial and unreachable writes per second, the faults during that time, and whether the cluster can reach W now.");
    }

    private static DurabilityAnswer Ledger(HttpRequest request, IClusterState state)
    {
        var query = new StrictQuery(request, "limit");
        var limit = query.Int("limit", StateLimits.DurabilityRows, 1, StateLimits.LostRows);
        query.ThrowIfWrong();
        var snapshot = state.Current;
        var (counts, latest, lost) = snapshot.Durability;
        return new DurabilityAnswer(
            counts.Acknowledged, counts.Held, counts.AtRisk, counts.Lost, counts.Older, counts.NotFollowed,
            [.. lost.Take(limit).Select(r => DurabilityAnswerRow.Of(r, snapshot))], [.. latest.Take(limit).Select(r => DurabilityAnswerRow.Of(r, snapshot))], snapshot.Durability.Gaps);
    }

    private static DurabilityAnswerRow Row(long epoch, long version, IDurabilityLookup lookup, IClusterState state) =>
        lookup.Find(new EntryVersion(epoch, version)) is { } row
            ? DurabilityAnswerRow.Of(row, state.Current)
            : throw new CommandException(StatusCodes.Status404NotFound,
                $"No client was told that version {version} of epoch {epoch} succeeded, or it is not among the latest {DurabilityLedger.Window} acknowledged writes.");
}

/// <param name="Acknowledged">Writes that clients were told had succeeded, since the last reset.</param>
/// <param name="Held">Of the followed ones: held by two replicas or more.</param>
/// <param name="AtRisk">Held by one replica alone.</param>
/// <param name="Lost">Held by none.</param>
/// <param name="Older">No longer followed, and not lost when they were last looked at.</param>
/// <param name="NotKnown">Leaders that ended without a last report: clients that had asked them directly may have been told what is not counted here.</param>
/// <param name="NotFollowed">Of keys beyond the ledger's limit.</param>
public sealed record DurabilityAnswer(
    long Acknowledged, int Held, int AtRisk, long Lost, long Older, long NotFollowed,
    IReadOnlyList<DurabilityAnswerRow> LostWrites, IReadOnlyList<DurabilityAnswerRow> Latest, IReadOnlyList<ReportGap> NotKnown);

/// <param name="UnreachableNow">Of those that hold it now: the ones that nobody can reach at the moment, and why.</param>
public sealed record DurabilityAnswerRow(
    long Version, long Epoch, string Key, string Leader, int Required, int Acks, DateTimeOffset At, DurabilityState State,
    IReadOnlyList<string> HeldAtAnswer, IReadOnlyList<string> HeldNow, IReadOnlyList<CopyFate> Fates, DateTimeOffset? LostAt, string Why, IReadOnlyList<UnavailableNode> UnreachableNow)
{
    internal static DurabilityAnswerRow Of(DurabilityRow r, ClusterSnapshot snapshot) => Of(r, snapshot.Explain, Reach.Of(snapshot));

    private static DurabilityAnswerRow Of(DurabilityRow r, Explain explain, Reach reach) => new(
        r.Write.Version.Counter, r.Write.Version.Epoch, r.Write.Key, r.Write.Leader, r.Write.Required, r.Write.Acks, r.Write.At, r.State,
        r.HeldAtAnswer, r.HeldNow, r.Fates, r.LostAt, explain.Durability(r, reach), reach.Of(r.HeldNow));
}

/// <param name="Verdict">What the rule says of a write now: success, partial or unreachable.</param>
public sealed record AvailabilityAnswer(
    int Followers, int Required, int Tolerated, IReadOnlyList<UnavailableNode> Unavailable, string Verdict, string Why,
    IReadOnlyList<AvailabilityPoint> Seconds, IReadOnlyList<FaultMark> Faults)
{
    internal static AvailabilityAnswer Of(ClusterSnapshot snapshot)
    {
        var rule = AvailabilityRule.Of(snapshot);
        return new AvailabilityAnswer(
            rule.Followers, rule.Required, rule.Tolerated, rule.Unavailable, rule.Verdict.ToString().ToLowerInvariant(), rule.Sentence,
            snapshot.Availability.Points, snapshot.Availability.Marks);
    }
}
