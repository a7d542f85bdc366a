using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>Bodies that are wrong for certain, made of one that is well formed.</summary>
internal static class Bodies
{
    private const string Here = "@@here@@";

    // Any JSON may stand there, or none.
    private static readonly string[] Free = ["value", "instead"];

    private static readonly Dictionary<JsonValueKind, string[]> Wrong = new()
    {
        [JsonValueKind.String] = ["5", "true", "{}", "[]", "null", "1e400", "\"\\ud800\"", "\"\\udc00x\"", "{\"a\":\"b\"}", "[\"x\"]", "-0"],
        [JsonValueKind.Number] = ["\"1\"", "true", "{}", "[]", "null", "1e400", "-1e400", "99999999999999999999999999", "\"NaN\"", "\"Infinity\"", "\"0x10\"", "[1]", "\"\""],
        [JsonValueKind.True] = ["\"true\"", "1", "0", "{}", "[]", "null", "\"yes\""],
        [JsonValueKind.Object] = ["1", "\"x\"", "[]", "null", "true", "[{}]"],
        [JsonValueKind.Array] = ["1", "\"x\"", "{}", "null", "true", "[null]"],
    };

    private static readonly string[] NoJson =
    [
        " ", "\n", "{", "}", "[", "{]", "{\"", "{\"a", "{\"a\":", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{'a':1}", "{a:1}", "// x\n{}", "/* x */{}", "{}{}", "{} x", "nul", "tru", "NaN", "Infinity",
        "undefined", "{\"a\":01}", "{\"a\":+1}", "{\"a\":.5}", "{\"a\":1.}", "{\"a\":0x1}", "{\"a\":NaN}", "{\"a\":Infinity}", "{\"a\":\"\n\"}", "{\"a\":\"\u0001\"}", "{\"a\":\"\\x\"}", "{\"a\":\"\\u12\"}",
        "key=k&value=1", "<xml/>", "--boundary\r\n", "\u0000", "%7B%7D", "�",
    ];

    private static readonly string[] OtherKinds = ["null", "true", "1", "\"text\"", "1e400", "99999999999999999999"];

    public static (string What, byte[] Body) Draw(Operation operation, Random random)
    {
        var sample = operation.Sample?.ToJsonString() ?? "{}";
        return random.Next(12) switch
        {
            0 => ("no JSON", Text(NoJson[random.Next(NoJson.Length)])),
            1 => ("another kind", Text(random.Next(4) > 0 ? OtherKinds[random.Next(OtherKinds.Length)] : sample.StartsWith('[') ? "{}" : "[1]")),
            // Not to nothing: some calls can do without a body.
            2 => ("cut", Text(sample[..random.Next(1, Math.Max(2, sample.Length - 1))])),
            3 => ("bytes that are no text", Spoilt(sample, random)),
            4 => ("too deep", Text(Deep(sample, random))),
            5 => ("a field twice", Text(Twice(sample, random))),
            6 when !operation.IgnoresUnknown => ("a field that nobody knows", Text(Unknown(sample, random))),
            7 => ("too large", Text(Large(sample))),
            8 => ("byte order mark", [0xEF, 0xBB, 0xBF, .. Text(sample)]),
            9 => ("more behind it", Text(sample + (random.Next(2) == 0 ? sample : "]"))),
            _ => Replaced(operation, random) is { } replaced ? ("a wrong part", Text(replaced)) : ("no JSON", Text(NoJson[random.Next(NoJson.Length)])),
        };
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Spoilt(string sample, Random random)
    {
        var bytes = Text(sample);
        bytes[random.Next(bytes.Length)] = (byte)random.Next(0x80, 0x100);
        return bytes;
    }

    private static string Deep(string sample, Random random)
    {
        var levels = random.Next(80, 40_000);
        var nest = random.Next(3) switch
        {
            0 => new string('[', levels) + new string(']', levels),
            1 => new string('[', levels),
            _ => string.Concat(Enumerable.Repeat("{\"a\":", levels / 3)) + "1" + new string('}', levels / 3),
        };
        return sample.StartsWith('{') ? $"{{\"value\":{nest}{(sample.Length > 2 ? "," : "")}{sample[1..]}" : nest;
    }

    private static string Twice(string sample, Random random)
    {
        if (!sample.StartsWith('{') || sample.Length == 2) return "{\"a\":1,\"a\":2}";
        var names = JsonNode.Parse(sample)!.AsObject().Select(p => p.Key).ToArray();
        var name = names[random.Next(names.Length)];
        return $"{{{string.Concat(Enumerable.Repeat($"{JsonSerializer.Serialize(name)}:1,", random.Next(1, 3_000)))}{sample[1..]}";
    }

    private static string Unknown(string sample, Random random)
    {
        if (!sample.StartsWith('{')) return "{\"nobody\":1}";
        var name = random.Next(4) switch { 0 => "__proto__", 1 => new string('n', random.Next(1, 5_000)), 2 => "\\u0000", _ => "nobody-knows-this" };
        var many = string.Join(",", Enumerable.Range(0, random.Next(1, 500)).Select(i => $"\"{name}{i}\":{i}"));
        return $"{{{many}{(sample.Length > 2 ? "," : "")}{sample[1..]}";
    }

    private static string Large(string sample) => sample.StartsWith('{')
        ? $"{{\"nobody-knows-this\":\"{new string('x', 200_000)}\"{(sample.Length > 2 ? "," : "")}{sample[1..]}"
        : $"[\"{new string('x', 200_000)}\"]";

    /// <summary>One value of the sample is of another type, or one that no range has.</summary>
    private static string? Replaced(Operation operation, Random random)
    {
        if (operation.Sample is null) return null;
        var copy = operation.Sample.DeepClone();
        var spots = Spots(copy).ToArray();
        if (spots.Length == 0) return null;
        var spot = spots[random.Next(spots.Length)];
        var kind = spot.Value?.GetValueKind() ?? JsonValueKind.Number;
        var wrong = Wrong[kind == JsonValueKind.False ? JsonValueKind.True : kind == JsonValueKind.Null ? JsonValueKind.Number : kind];
        spot.Set(Here);
        return copy.ToJsonString().Replace($"\"{Here}\"", wrong[random.Next(wrong.Length)], StringComparison.Ordinal);
    }

    private static IEnumerable<(JsonNode? Value, Action<JsonNode> Set)> Spots(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields.Where(f => !Free.Contains(f.Key)).ToArray())
                {
                    yield return (value, v => fields[name] = v);
                    foreach (var within in Spots(value)) yield return within;
                }

                break;
            case JsonArray entries:
                for (var i = 0; i < Math.Min(entries.Count, 3); i++)
                {
                    var at = i;
                    yield return (entries[i], v => entries[at] = v);
                    foreach (var within in Spots(entries[i])) yield return within;
                }

                break;
        }
    }
}
