using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Wire;
using KvLab.Web.Live;
using KvLab.Web.Problems;
using KvLab.Web.Runs;
using Scalar.AspNetCore;

namespace KvLab.Web.Api;

/// <summary>The REST API for scripts: everything that the page can do, described at <c>/openapi/v1.json</c>, browsable at <c>/scalar</c>.</summary>
internal static class ApiSetup
{
    public static void AddApi(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            json.SerializerOptions.Encoder = ReadableEncoder.Instance;
        });
        services.AddOpenApi(openApi => openApi.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "KvLab";
            document.Info.Description = "The dashboard's REST API. Errors are RFC 9457 problem details. A 400 names each invalid field, and then nothing has changed.";
            // Wherever it was asked from, rather than an address that was true at the start.
            document.Servers?.Clear();
            return Task.CompletedTask;
        }));
    }

    public static void UseApi(this WebApplication app)
    {
        app.UseMiddleware<ApiProblems>();
        // Asynchronous, so that the author ends with the request: the next one of this connection may be a page's.
        app.Use(async (context, next) =>
        {
            if (ApiProblems.IsApi(context.Request.Path)) Author.Current = Author.Rest;
            await next(context);
        });
    }


    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        ClusterEndpoints.Map(routes);
        FailoverEndpoints.Map(routes);
        FaultEndpoints.Map(routes);
        LoadEndpoints.Map(routes);
        EventEndpoints.Map(routes);
        DurabilityEndpoints.Map(routes);
        DrillEndpoints.Map(routes);
        MapRuns(routes);
        MessageEndpoints.Map(routes);
        ReplayEndpoints.Map(routes);
        TimelineEndpoints.Map(routes);
        ReadEndpoints.Map(routes);
        ExperimentEndpoints.Map(routes);
        ScenarioEndpoints.Map(routes);
        LessonEndpoints.Map(routes);
        RecordingEndpoints.Map(routes);
        PictureEndpoints.Map(routes);
        SimulationEndpoints.Map(routes);
        routes.MapOpenApi();
        // A classroom may be offline, and what is tried out in it is nobody's business: the script comes with the package, and nothing
        // is fetched from or reported to anywhere else.
        routes.MapScalarApiReference(scalar =>
        {
            scalar.Title = "KvLab REST API";
            scalar.DefaultFonts = false;
            scalar.HideClientButton = true;
            scalar.OperationTitleSource = OperationTitleSource.Path;
            scalar.ShowDeveloperTools = DeveloperToolsVisibility.Never;
            scalar.DisableTelemetry().DisableAgent().DisableMcp();
        });
    }

    public static TBuilder Refuses<TBuilder>(this TBuilder endpoint, params ReadOnlySpan<int> statuses) where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in (ReadOnlySpan<int>)[400, .. statuses])
            endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Microsoft.AspNetCore.Mvc.ProblemDetails), ["application/problem+json"]));
        return endpoint;
    }

    /// <summary>All runs in one list, whatever their kind; what each found is under its own address.</summary>
    private static void MapRuns(IEndpointRouteBuilder routes) => routes.MapGet("/api/runs", (RunRegistry runs) => runs.All).WithTags("Cluster").Produces<IReadOnlyList<RunLine>>()
        .WithSummary("Bursts, drills, scenarios, chaos runs and experiments since this dashboard started, newest first: all that are running, and the latest that have ended.");
}
