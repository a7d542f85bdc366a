using KvLab.Web.Runs;

namespace KvLab.Web.Api;

/// <summary>All runs in one list, whatever their kind; what each found is under its own address.</summary>
internal static class RunEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/runs", (RunRegistry runs) => runs.All).WithTags("Cluster").Produces<IReadOnlyList<RunLine>>()
        .WithSummary("Bursts, drills, scenarios, chaos runs and experiments since this dashboard started, newest first: all that are running, and the latest that have ended.");
}
