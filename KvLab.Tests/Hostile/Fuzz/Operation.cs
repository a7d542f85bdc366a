using System.Text;
using System.Text.Json.Nodes;
using KvLab.Web.Experiments;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>Something that answers requests: found in the routes and described by OpenAPI, so that what is new is attacked without anybody thinking of it.</summary>
/// <param name="Node">Null: the dashboard.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Sample">A body that is well formed; null where none is declared.</param>
/// <param name="Schema">Of the body.</param>
internal sealed record Operation(string? Node, string BaseUrl, string Method, string Path, JsonNode? Sample, JsonObject? Schema)
{
    public bool HasParameters => Path.Contains('{', StringComparison.Ordinal);
    public bool IsApi => Node is not null || Path.StartsWith("/api", StringComparison.Ordinal);

    /// <summary>Fields that it does not know are ignored: clients of the seed may send more.</summary>
    public bool IgnoresUnknown => Node is not null && Path is "/write" or "/replicate";

    /// <summary>With names of what there is.</summary>
    public string PlainPath => Filled(name => name switch { "id" => "follower-1", "follower" => "follower-1", "key" => "k1", _ => "1" });

    public string Filled(Func<string, string> value)
    {
        var filled = new StringBuilder();
        for (var i = 0; i < Path.Length; i++)
        {
            if (Path[i] != '{')
            {
                filled.Append(Path[i]);
                continue;
            }

            var end = Path.IndexOf('}', i);
            filled.Append(value(Path[(i + 1)..end].TrimStart('*').Split(':', '?', '=')[0]));
            i = end;
        }

        return filled.ToString();
    }

    public override string ToString() => $"{Node ?? "dashboard"} {Method} {Path}";
}

internal static class Operations
{
    // Bodies whose description names no fields: of calls between members, and of a run's file.
    private static readonly Dictionary<string, Func<JsonNode>> OwnSamples = new()
    {
        ["/internal/seal"] = () => JsonNode.Parse("{\"epoch\":2,\"leadership\":1}")!,
        ["/internal/note"] = () => JsonNode.Parse("{\"epoch\":2,\"leadership\":1,\"hasEverything\":true,\"smallestQuorum\":1}")!,
        ["/internal/decide"] = () => JsonNode.Parse("{\"epoch\":2,\"rollBacks\":[{\"key\":\"k\",\"epoch\":1,\"version\":1,\"instead\":{\"key\":\"k\",\"value\":1,\"epoch\":1,\"version\":1}}]}")!,
        ["/internal/remove"] = () => JsonNode.Parse("{\"epoch\":2,\"leadership\":1,\"versions\":[{\"key\":\"k\",\"epoch\":1,\"version\":1}]}")!,
        // With a checksum that is wrong: none of its variants may be taken.
        ["/api/experiments/import"] = () =>
        {
            var file = JsonNode.Parse(RunFile.Write(HostileLab.StoredRun.Value))!;
            file["samplesSha256"] = new string('0', 64);
            return file;
        },
    };

    public static async Task<IReadOnlyList<Operation>> OfAsync(HostileLab lab, CancellationToken cancellation)
    {
        var operations = new List<Operation>();
        foreach (var node in (KvLab.Nodes.NodeHost[])[lab.Leader, lab.Follower])
        {
            var described = await DescribedAsync(lab, node.Url, cancellation);
            foreach (var route in node.Routes.Select(r => r.Split(' ')))
                operations.Add(Of(node == lab.Leader ? "leader" : "follower", node.Url, route[0], route[1], described));
        }

        var api = await DescribedAsync(lab, lab.Dashboard.Url, cancellation);
        foreach (var endpoint in lab.Dashboard.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            var path = "/" + endpoint.RoutePattern.RawText?.TrimStart('/');
            if (IsOfTheFramework(path)) continue;
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "POST"])
                operations.Add(Of(null, lab.Dashboard.Url, method, path, api));
        }

        return [.. operations.DistinctBy(o => o.ToString())];
    }

    // Files and scripts that come with the packages, the same for each of a hundred files.
    private static bool IsOfTheFramework(string path) =>
        path.StartsWith("/_framework", StringComparison.Ordinal) || path.StartsWith("/_content", StringComparison.Ordinal) || path.StartsWith("/scalar", StringComparison.Ordinal)
        || path.Contains(".css", StringComparison.Ordinal) || path.Contains(".js", StringComparison.Ordinal) || path.Contains(".woff", StringComparison.Ordinal);

    private static async Task<JsonObject> DescribedAsync(HostileLab lab, string url, CancellationToken cancellation) =>
        JsonNode.Parse(await lab.Http.GetStringAsync(new Uri(url + "/openapi/v1.json"), cancellation))!.AsObject();

    private static Operation Of(string? node, string url, string method, string path, JsonObject described)
    {
        if (path.Length > 1) path = path.TrimEnd('/');
        var plain = path.Replace("{**", "{", StringComparison.Ordinal).Replace(":long", "", StringComparison.Ordinal);
        var body = described["paths"]?[plain]?[method.ToLowerInvariant()]?["requestBody"]?["content"]?["application/json"];
        var schema = body?["schema"] is { } given ? Samples.Resolve(given.AsObject(), described) : null;
        var sample = method != "GET" && OwnSamples.TryGetValue(path, out var own) ? own() : body is null ? null : body["example"]?.DeepClone() ?? Samples.Of(schema!, described);
        return new Operation(node, url, method, path, sample, schema);
    }
}

/// <summary>A value that a schema describes.</summary>
internal static class Samples
{
    private const int Deepest = 6;

    public static JsonObject Resolve(JsonObject schema, JsonObject document)
    {
        while ((string?)schema["$ref"] is { } reference)
            schema = reference.Split('/').Skip(1).Aggregate((JsonNode)document, (at, name) => at[name]!).AsObject();
        return schema;
    }

    public static JsonNode? Of(JsonObject given, JsonObject document, int depth = 0)
    {
        var schema = Resolve(given, document);
        if (schema["example"] is { } example) return example.DeepClone();
        if (schema["enum"] is JsonArray { Count: > 0 } choices) return choices[0]?.DeepClone();
        if ((schema["oneOf"] ?? schema["anyOf"] ?? schema["allOf"]) is JsonArray variants && variants.OfType<JsonObject>().FirstOrDefault(v => (string?)TypeOf(v) != "null") is { } variant)
            return Of(variant, document, depth);
        return TypeOf(schema) switch
        {
            _ when depth > Deepest => null,
            "integer" => 1,
            "number" => 1.5,
            "boolean" => true,
            "string" => "x",
            "array" => new JsonArray(schema["items"] is JsonObject items ? Of(items, document, depth + 1) : 1),
            _ when schema["properties"] is JsonObject properties => new JsonObject(properties.Select(p => KeyValuePair.Create(p.Key, Of(p.Value!.AsObject(), document, depth + 1)))),
            _ when schema["additionalProperties"] is JsonObject others => new JsonObject { ["follower-1"] = Of(others, document, depth + 1) },
            _ => 1,
        };
    }

    /// <summary>OpenAPI 3.1 names several types where null, or a number as text, is one of them.</summary>
    private static string? TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => several.Select(t => (string?)t).Where(t => t is not "null").MinBy(t => t == "string" ? 1 : 0),
        JsonValue one => (string?)one,
        _ => null,
    };
}
