namespace KvLab.Nodes.Endpoints;

/// <summary>
/// <c>GET /openapi/v1.json</c>: the description of everything above, written by hand and built into the program, because it says more than types
/// can (limits, outcomes, what stays stored) and costs nothing at start. A test holds it against the routes.
/// </summary>
internal static class OpenApiEndpoint
{
    public const string Path = "/openapi/v1.json";
    private const string Resource = "KvLab.Nodes.Endpoints.openapi.json";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, async context =>
    {
        await using var document = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream(Resource)!;
        context.Response.ContentType = "application/json; charset=utf-8";
        await document.CopyToAsync(context.Response.Body, context.RequestAborted);
    });
}
