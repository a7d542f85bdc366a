using System.Text.Json;
using System.Text.Json.Nodes;
using KvLab.Core.Settings;
using KvLab.Core.Wire;

namespace KvLab.Nodes.Endpoints;

/// <summary>
/// <c>GET /openapi/v1.json</c>: the description of everything above, written by hand and built into the program, because it says more than types
/// can (limits, outcomes, what stays stored) and costs nothing at start. Live settings come from their table. A test holds it against the routes.
/// </summary>
internal static class OpenApiEndpoint
{
    public const string Path = "/openapi/v1.json";
    private const string Resource = "KvLab.Nodes.Endpoints.openapi.json";

    private static readonly Lazy<byte[]> Document = new(Make);

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Path, async context =>
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.BodyWriter.WriteAsync(Document.Value, context.RequestAborted);
    });

    private static byte[] Make()
    {
        using var written = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream(Resource)!;
        var document = JsonNode.Parse(written)!;
        var settings = document["components"]!["schemas"]!["SettingsPatch"]!["properties"]!.AsObject();
        for (var i = 0; i < SettingFields.All.Count; i++) settings.Insert(i, SettingFields.All[i].Name, SettingFields.All[i].Schema());
        return JsonSerializer.SerializeToUtf8Bytes(document, ReadableJson.Options);
    }
}
