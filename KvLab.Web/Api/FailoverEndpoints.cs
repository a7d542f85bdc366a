using KvLab.Core.Failover;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Api.Requests;
using KvLab.Web.Failover;
using KvLab.Web.Live;

namespace KvLab.Web.Api;

/// <summary>Who leads, and who decides it.</summary>
internal static class FailoverEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/cluster/failover").WithTags("Failover");
        api.MapGet("", (IFailover failover) => FailoverAnswer.Of(failover)).Produces<FailoverAnswer>()
            .WithSummary("The rule in force and the latest failovers.");
        api.MapPatch("", ChangeAsync).Accepts<FailoverPolicy>("application/json").Produces<FailoverAnswer>().Refuses(409)
            .WithSummary("Changes the rule: mode manual or automatic, timeoutMs 500 … 60,000.");
        api.MapPost("", FailOverAsync).Produces<FailoverReport>().Refuses(404, 409, 503)
            .WithSummary("Promotes the follower named in \"to\", or the most up-to-date one by (epoch, version). Refused (409) if too few nodes answer to be sure that every acknowledged write is known; \"force\": true promotes anyway, and acknowledged writes may then be lost.");
        api.MapGet("/risk", RiskAsync).Produces<FailoverRisk>().Refuses(404, 409, 503)
            .WithSummary("Which acknowledged writes a promotion of \"to\", or of the most up-to-date follower, would put at risk now: those held by no node that the new leader can reach. Nothing is changed.");
        MapSyncs(routes);
        routes.MapGet("/api/cluster/rolled-back", (IClusterState state) => state.Current.RolledBack).Produces<IReadOnlyList<RolledBackView>>().WithTags("Failover")
            .WithSummary("Writes that replaced leaders rolled back, newest first.");
    }

    private static void MapSyncs(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/cluster/syncs", (IClusterState state) => state.Current.Syncs).Produces<IReadOnlyList<SyncView>>().WithTags("Failover")
            .WithSummary("Followers that were brought up to date, newest first: entries, bytes compared and sent, and how long it took.");

    private static async Task<FailoverAnswer> ChangeAsync(HttpRequest request, IFailover failover)
    {
        failover.Change(await StrictBody.ReadAsync(request, fields => FailoverPolicy.Read(fields, failover.Policy)));
        return FailoverAnswer.Of(failover);
    }

    private static async Task<FailoverRisk> RiskAsync(HttpRequest request, IFailover failover, CancellationToken cancellation)
    {
        var query = new StrictQuery(request, "to");
        query.ThrowIfWrong();
        return await failover.RiskAsync(query.Text("to"), cancellation);
    }

    private static async Task<FailoverReport> FailOverAsync(HttpRequest request, IFailover failover, IClusterState state, TimeProvider time, CancellationToken cancellation)
    {
        var (to, force) = await StrictBody.ReadOptionalAsync(request, fields =>
        {
            fields.AllowOnly("to", "force");
            return (To: fields.Text("to"), Force: fields.Bool("force") ?? false);
        }, without: (null, false));
        var report = await failover.FailOverAsync(to, force: force, cancellation: cancellation);
        await state.SettleAsync(s => s.Reign >= report.Epoch, time, cancellation);
        return report;
    }
}

public sealed record FailoverAnswer(FailoverMode Mode, int TimeoutMs, string Rule, IReadOnlyList<FailoverReport> History)
{
    internal static FailoverAnswer Of(IFailover f) => new(f.Policy.Mode, f.Policy.TimeoutMs, f.Policy.Rule, f.History);
}
