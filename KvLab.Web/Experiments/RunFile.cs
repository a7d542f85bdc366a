using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments;

namespace KvLab.Web.Experiments;

/// <summary>One run with all its raw samples as one file: what export writes and import reads.</summary>
public sealed record RunFile
{
    /// <summary>Raised when an older reader could misread a file.</summary>
    public const int CurrentSchema = 1;

    public const string KindName = "kvlab-run";

    public required string Kind { get; init; }
    public required int Schema { get; init; }

    /// <summary>SHA-256 of the samples as CSV; see <see cref="RunCsv.Checksum"/>.</summary>
    public required string SamplesSha256 { get; init; }
    public required ExperimentRun Run { get; init; }

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // A delivery that was never heard of has no time; NaN says so and survives the round trip.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Converters = { new StrictEnums() },
    };

    public static byte[] Write(ExperimentRun run) => JsonSerializer.SerializeToUtf8Bytes(
        new RunFile { Kind = KindName, Schema = CurrentSchema, SamplesSha256 = RunCsv.Checksum(run), Run = run }, Json);

    /// <exception cref="FormatException">No run file, one of a newer version, or one whose samples were changed; the message says which.</exception>
    public static ExperimentRun Read(ReadOnlySpan<byte> utf8)
    {
        RunFile? file;
        try
        {
            file = JsonSerializer.Deserialize<RunFile>(utf8, Json);
        }
        catch (JsonException problem)
        {
            throw new FormatException($"This is no exported KvLab run: {problem.Message}", problem);
        }

        if (file?.Kind != KindName) throw new FormatException($"This is no exported KvLab run: kind is not \"{KindName}\".");
        if (file.Schema > CurrentSchema)
            throw new FormatException($"This run was exported by a newer KvLab (schema {file.Schema}; this one reads up to {CurrentSchema}).");
        if (RunCsv.Checksum(file.Run) != file.SamplesSha256)
            throw new FormatException("The samples do not match their checksum: the file was changed after it was exported.");
        return file.Run;
    }
}
