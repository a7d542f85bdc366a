using KvLab.Web.Runs;

namespace KvLab.Web.Api;

/// <summary>All runs in one list, whatever their kind; what each found is under its own address.</summary>
internal static class RunEndpoints
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/runs", (RunRegistry runs) => runs.All).WithTags("Cluster").Produces<IReadOnlyList<RunLine>>()
        .WithSummary("Every burst, drill, scenario, chaos run and experiment since this dashboard began, newest first: those that run and the latest that are over.");
}
