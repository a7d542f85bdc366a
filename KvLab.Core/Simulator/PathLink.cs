using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;
using KvLab.Core.Simulator.Mutants;

namespace KvLab.Core.Simulator;

/// <summary>Plan and path as a text that fits into a link: JSON, deflated, base64url. Whoever opens it elsewhere, with the same build, has the same state.</summary>
public static class PathLink
{
    public const int LongestText = 64 * 1024;

    /// <summary>A short text may stand for a long one: no more than this comes out.</summary>
    public const int MostBytes = 1 << 20;

    private const char Line = '>';
    private const char Moment = '@';

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public static string Write(SimulationPlan plan, IReadOnlyList<PathStep> path)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(new { plan.Followers, plan.Seed, Settings = LiveSettingsPatch.Of(plan.Settings), plan.Start, plan.Script, Bug = plan.Bug?.Written(), Path = string.Join('\n', path.Select(Write)) }, Json);
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(json);
        return Base64Url.EncodeToString(packed.ToArray());
    }

    /// <exception cref="FormatException">It is no link of a simulation, and why.</exception>
    public static (SimulationPlan Plan, IReadOnlyList<PathStep> Path) Read(string text)
    {
        if (text.Length > LongestText) throw new FormatException($"path must have at most {LongestText} characters, but has {text.Length}.");
        var errors = new FieldErrors();
        using var json = JsonObjectText.Parse(Unpack(text), errors);
        if (json is null) throw NoLink();
        var fields = new JsonFields(json.RootElement, errors);
        fields.AllowOnly("followers", "seed", "settings", "start", "script", "bug", "path");
        var settings = fields.Object("settings") is { } given ? LiveSettingsPatch.Read(given).ApplyTo(new LiveSettings()) : new LiveSettings();
        var plan = new SimulationPlan(fields.Int("followers") ?? 0, fields.Int("seed") ?? 0, settings) { Start = fields.Text("start"), Script = fields.Text("script"), Bug = SimulationBug.Read(fields.Object("bug")) };
        var steps = (fields.Text("path") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if ((errors.Any ? errors.All : plan.Check()) is [var wrong, ..]) throw new FormatException($"path holds an invalid plan: {wrong.Message}");
        if (steps.Length > Simulation.MostSteps) throw new FormatException($"path must have at most {Simulation.MostSteps} steps, but has {steps.Length}.");
        return (plan, [.. steps.Select(ReadStep)]);
    }

    private static string Write(PathStep step) => step switch
    {
        { Do: { } line } => $"{Line}{line}",
        { UntilMs: { } ms } => string.Create(CultureInfo.InvariantCulture, $"{Moment}{ms:R}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{step.Choice}"),
    };

    private static PathStep ReadStep(string step) =>
        step[0] == Line ? new PathStep(Do: step[1..])
        : step[0] == Moment && double.TryParse(step.AsSpan(1), NumberStyles.Float, CultureInfo.InvariantCulture, out var ms) ? new PathStep(UntilMs: ms)
        : int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var choice) ? new PathStep(Choice: choice)
        : throw NoLink();

    private static byte[] Unpack(string text)
    {
        if (!Base64Url.IsValid(text)) throw NoLink();
        try
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
        catch (InvalidDataException)
        {
            throw NoLink();
        }
    }

    private static FormatException NoLink() => new("path is not a valid link to a simulation: it was cut short or changed.");
}
