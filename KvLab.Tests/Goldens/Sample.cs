using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KvLab.Core.Wire;

namespace KvLab.Tests.Goldens;

/// <summary>An answer as lines: its values where they are the same in every run, its shape where they are not.</summary>
internal static partial class Sample
{
    private const int LongestWhole = 4_000;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = ReadableEncoder.Instance };

    // What hangs on the clock of a machine, on a process, or on how quickly telemetry came.
    private static readonly HashSet<string> Volatile = new(StringComparer.Ordinal)
    {
        "incarnation", "uptimeSeconds", "bootId", "ns", "telemetry", "repairs", "seconds", "revision", "eventsPerSecond",
    };

    /// <param name="shapeOnly">Real processes and real time made every value.</param>
    public static async Task<IEnumerable<string>> LinesAsync(string route, HttpResponseMessage answer, bool shapeOnly)
    {
        var type = answer.Content.Headers.ContentType?.MediaType ?? "no content";
        var text = await answer.Content.ReadAsStringAsync();
        string[] title = [$"=== GET {route}: {(int)answer.StatusCode} {type} ==="];
        if (!type.EndsWith("json", StringComparison.Ordinal)) return shapeOnly ? title : [.. title, FirstLine(text), Digest(text)];
        var json = JsonNode.Parse(text);
        if (shapeOnly) return [.. title, .. Pretty(ShapeOf(json))];
        var values = Pretty(ValuesOf(null, json));
        var whole = string.Join('\n', values);
        return whole.Length <= LongestWhole ? [.. title, .. values] : [.. title, Digest(whole), .. Pretty(ShapeOf(json))];
    }

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r') is var line && line.Length > 120 ? line[..120] : line;

    private static string Digest(string text) => $"{text.Length} characters, {Golden.Hash(text)}";

    public static string[] Pretty(JsonNode? json) => (json?.ToJsonString(Readable) ?? "null").Split('\n');

    private static JsonNode? ValuesOf(string? name, JsonNode? node) => node switch
    {
        _ when name is not null && Volatile.Contains(name) => ShapeOf(node),
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, ValuesOf(m.Key, m.Value)))),
        JsonArray items => new JsonArray([.. items.Select(i => ValuesOf(null, i))]),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => JsonValue.Create(Steady((string)value!)),
        // Six digits: the last ones of a computed mean may differ from machine to machine.
        JsonValue value when value.GetValueKind() == JsonValueKind.Number && value.ToJsonString().Contains('.', StringComparison.Ordinal) =>
            JsonValue.Create(Math.Round(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture), 6)),
        _ => node?.DeepClone(),
    };

    private static string Steady(string text) => Ports().Replace(WallClock().Replace(text, "‹time›"), "127.0.0.1:‹port›");

    /// <summary>Names and types in their order. The items of a list become one, with what any of them has.</summary>
    private static JsonNode? ShapeOf(JsonNode? node) => node switch
    {
        // A machine that is busy for a second pauses the dashboard, which is told here.
        JsonObject members => new JsonObject(members.Select(m => KeyValuePair.Create(m.Key, m.Key == "disturbances" ? new JsonArray() : ShapeOf(m.Value)))),
        JsonArray items => new JsonArray(items.Count == 0 ? [] : [items.Select(ShapeOf).Aggregate(Merged)]),
        null => "null",
        _ => node.GetValueKind() switch { JsonValueKind.String => "text", JsonValueKind.Number => "number", _ => "true or false" },
    };

    private static JsonNode? Merged(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (JsonObject a, JsonObject b) => new JsonObject(a.Concat(b.Where(m => !a.ContainsKey(m.Key))).Select(m => KeyValuePair.Create(
            m.Key, a.ContainsKey(m.Key) && b.ContainsKey(m.Key) ? Merged(a[m.Key], b[m.Key]) : m.Value?.DeepClone()))),
        (JsonArray { Count: 1 } a, JsonArray { Count: 1 } b) => new JsonArray(Merged(a[0], b[0])),
        (JsonArray { Count: 0 }, JsonArray b) => b.DeepClone(),
        // Null where another item has something says nothing.
        (JsonValue a, _) when (string?)a == "null" => right?.DeepClone(),
        _ => left?.DeepClone(),
    };

    [GeneratedRegex(@"127\.0\.0\.1:\d+")]
    private static partial Regex Ports();

    // Virtual time begins in 2025, so the clock of the wall is later.
    [GeneratedRegex(@"(202[6-9]|20[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")]
    private static partial Regex WallClock();
}
