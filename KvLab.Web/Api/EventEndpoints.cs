using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Api.Requests;
using KvLab.Web.Csv;
using KvLab.Web.Live;

namespace KvLab.Web.Api;

/// <summary>What happened, and whether all of it arrived.</summary>
internal static class EventEndpoints
{
    private const int StandardLimit = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/events", Events).WithTags("Events").Refuses()
            .Produces<IReadOnlyList<NodeEvent>>(200, "application/json", EventExport.NdjsonType, EventExport.CsvType)
            .WithSummary("Events, newest first; node, kind, key, text and limit restrict them. Accept chooses JSON, application/x-ndjson or text/csv; in a link, use format=json, ndjson or csv instead.");
        routes.MapGet("/api/telemetry", (IClusterState state) => TelemetryAnswer.Of(state.Current)).WithTags("Events").Produces<TelemetryAnswer>()
            .WithSummary("Events from every node: how many were received, duplicated, missing, and dropped by the node.");
        routes.MapGet("/health", (IClusterState state) => new HealthAnswer(
                "ready", state.Current.Nodes.Count(n => n.State == NodeState.Running), state.Current.Nodes.Length))
            .WithTags("Health").Produces<HealthAnswer>();
    }

    private static IResult Events(HttpRequest request, IClusterState state)
    {
        var query = new StrictQuery(request, "node", "kind", "key", "text", "limit", "format");
        var filter = new EventFilter(query.Text("node"), query.Kind("kind"), query.Text("key"), query.Text("text"));
        var limit = query.Int("limit", StandardLimit, 1, StateLimits.Events);
        var format = query.OneOf("format", "json", "ndjson", "csv");
        query.ThrowIfWrong();
        var snapshot = state.Current;
        var labels = snapshot.Labels;
        var events = snapshot.Events.NewestFirst().Where(e => filter.Matches(e, labels)).Take(limit);
        return (format ?? Preferred(request)) switch
        {
            "ndjson" or EventExport.NdjsonType => Results.Stream(output => EventExport.WriteNdjsonAsync(output, events, request.HttpContext.RequestAborted), EventExport.NdjsonType),
            "csv" or EventExport.CsvType => Results.Stream(
                output => EventExport.WriteCsvAsync(output, events, labels, request.HttpContext.RequestAborted), EventExport.CsvType + "; charset=utf-8", "kvlab-events.csv"),
            _ => Results.Json(events, EventExport.Json),
        };
    }

    /// <summary>The type that the client likes best of those that there are; JSON when it does not say.</summary>
    private static string Preferred(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().Accept ?? [];
        return accepted.OrderByDescending(a => a.Quality ?? 1)
            .Select(a => a.MediaType.Value)
            .FirstOrDefault(type => type is EventExport.NdjsonType or EventExport.CsvType or "application/json" or "*/*") ?? "application/json";
    }
}
