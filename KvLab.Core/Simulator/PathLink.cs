using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Core.Simulator;

/// <summary>Plan and path as a text that fits into a link: JSON, deflated, base64url. Whoever opens it elsewhere, with the same build, has the same state.</summary>
public static class PathLink
{
    public const int LongestText = 64 * 1024;

    /// <summary>A short text may stand for a long one: no more than this comes out.</summary>
    public const int MostBytes = 1 << 20;

    public static string Write(SimulationPlan plan, IReadOnlyList<PathStep> path)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("followers", plan.Followers);
            writer.WriteNumber("seed", plan.Seed);
            writer.WritePropertyName("settings");
            JsonSerializer.Serialize(writer, plan.Settings, JsonSerializerOptions.Web);
            writer.WriteStartArray("path");
            foreach (var step in path)
            {
                if (step.Choice is { } choice) writer.WriteNumberValue(choice);
                else if (step.Do is { } line) writer.WriteStringValue(line);
                else writer.WriteStringValue(FormattableString.Invariant($"@{step.UntilMs:R}"));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(json.WrittenSpan);
        return Base64Url.EncodeToString(packed.ToArray());
    }

    /// <exception cref="FormatException">It is no link of a simulation, and why.</exception>
    public static (SimulationPlan Plan, IReadOnlyList<PathStep> Path) Read(string text)
    {
        if (text.Length > LongestText) throw new FormatException($"path must have at most {LongestText} characters, but has {text.Length}.");
        try
        {
            using var json = JsonDocument.Parse(Unpack(text));
            var root = json.RootElement;
            var settings = root.GetProperty("settings").Deserialize<LiveSettings>(JsonSerializerOptions.Web) ?? throw new FormatException("path has no settings.");
            var plan = new SimulationPlan(root.GetProperty("followers").GetInt32(), root.GetProperty("seed").GetInt32(), settings);
            if (plan.Check() is [var wrong, ..]) throw new FormatException($"path holds a plan that cannot be: {wrong.Message}");
            PathStep[] path = [.. root.GetProperty("path").EnumerateArray().Select(Step)];
            if (path.Length > Simulation.MostSteps) throw new FormatException($"path must have at most {Simulation.MostSteps} steps, but has {path.Length}.");
            return (plan, path);
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or InvalidDataException)
        {
            throw new FormatException("path is no link of a simulation: it was cut short or changed.", wrong);
        }
    }

    private static PathStep Step(JsonElement step) =>
        step.ValueKind == JsonValueKind.Number ? new PathStep(Choice: step.GetInt32())
        : step.GetString() is ['@', ..] moment ? new PathStep(UntilMs: double.Parse(moment.AsSpan(1), System.Globalization.CultureInfo.InvariantCulture))
        : new PathStep(Do: step.GetString());

    private static byte[] Unpack(string text)
    {
        using var deflate = new DeflateStream(new MemoryStream(Base64Url.DecodeFromChars(text)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        var chunk = new byte[8192];
        for (int read; (read = deflate.Read(chunk)) > 0;)
        {
            bytes.Write(chunk, 0, read);
            if (bytes.Length > MostBytes) throw new FormatException($"path unpacks to more than {MostBytes} bytes.");
        }

        return bytes.ToArray();
    }
}
