using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Api.Requests;
using KvLab.Web.Drills;
using KvLab.Web.Live;

namespace KvLab.Web.Api;

/// <summary>Lessons in one call.</summary>
internal static class DrillEndpoints
{
    private const int MostFollowers = Options.ClusterOptions.MostFollowers;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/drills").WithTags("Durability");
        api.MapPost("/durability", RunAsync).Accepts<DrillBody>("application/json").Produces<DrillAnswer>().Refuses(409, 503)
            .WithSummary("Writes with this W, kills the leader and the follower that acknowledged first, promotes another follower, and says which of the writes were lost; then restarts both. Takes a few seconds.");
        api.MapGet("/durability", (IDrills drills, IClusterState state) => drills.History.Select(r => DrillAnswer.Of(r, state.Current))).Produces<IReadOnlyList<DrillAnswer>>()
            .WithSummary("The latest drills, newest first.");
    }

    private static async Task<DrillAnswer> RunAsync(HttpRequest request, IDrills drills, IClusterState state, CancellationToken cancellation)
    {
        var body = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("writeQuorum");
            return new DrillBody((int)fields.RequiredLong("writeQuorum", 1, MostFollowers));
        });
        return DrillAnswer.Of(await drills.DurabilityAsync(body.WriteQuorum, cancellation), state.Current);
    }
}

/// <param name="WriteQuorum">1 … the number of followers.</param>
public sealed record DrillBody(int WriteQuorum);

/// <param name="Killed">The leader, and the follower that had acknowledged first.</param>
/// <param name="Lost">Of <paramref name="Writes"/>: held by no replica any more.</param>
public sealed record DrillAnswer(
    int WriteQuorum, int Followers, IReadOnlyList<string> Killed, string Promoted, int Lost, string Verdict,
    IReadOnlyList<string> Steps, double ElapsedMs, DateTimeOffset At, IReadOnlyList<DurabilityAnswerRow> Writes,
    IReadOnlyList<string> Disturbances)
{
    internal static DrillAnswer Of(DrillReport r, ClusterSnapshot snapshot) => new(
        r.WriteQuorum, r.Followers, r.Killed, r.Promoted, r.Lost, r.Verdict, r.Steps, r.ElapsedMs, r.At, [.. r.Writes.Select(w => DurabilityAnswerRow.Of(w, snapshot))], r.Disturbances);
}
