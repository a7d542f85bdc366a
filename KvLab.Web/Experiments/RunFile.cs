using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using KvLab.Core.Configuration;
using KvLab.Core.Experiments;
using KvLab.Core.Wire;
using KvLab.Web.Csv;

namespace KvLab.Web.Experiments;

/// <summary>One run with all its raw samples as one file: what export writes and import reads.</summary>
public sealed partial record RunFile
{
    /// <summary>Raised when an older reader could misread a file. 2: the checksum is of the CSV file as it is saved, byte order mark and all.</summary>
    public const int CurrentSchema = 2;

    public const string KindName = "kvlab-run";

    /// <summary>Bytes of a file that is imported, over REST and on the page; about half a million writes to five followers.</summary>
    public const int Largest = 128 * 1024 * 1024;

    public static readonly string TooLarge = $"The file is too large: at most {Largest / 1024 / 1024} MiB are allowed.";

    public required string Kind { get; init; }
    public required int Schema { get; init; }

    /// <summary>SHA-256 of the samples as CSV; see <see cref="RunCsv.Checksum"/>.</summary>
    public required string SamplesSha256 { get; init; }
    public required ExperimentRun Run { get; init; }

    /// <summary>How runs are written and, strictly, read: as files, and as rows of the store.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // A delivery that was never heard of has no time; NaN says so and survives the round trip.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        Encoder = ReadableEncoder.Instance,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Converters = { new StrictEnums() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WhatMayBeNullMayBeAbsent } },
    };

    /// <summary>Null is not written, so it must not be asked for.</summary>
    private static void WhatMayBeNullMayBeAbsent(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
            if (Nullable.GetUnderlyingType(property.PropertyType) is not null || property.IsSetNullable && !property.PropertyType.IsValueType) property.IsRequired = false;
    }

    public static byte[] Write(ExperimentRun run) => JsonSerializer.SerializeToUtf8Bytes(
        new RunFile { Kind = KindName, Schema = CurrentSchema, SamplesSha256 = RunCsv.Checksum(run), Run = run }, Json);

    /// <exception cref="WrongRunException">No run file, one of a newer version, one whose samples were changed, or one that cannot have been measured; it says which field.</exception>
    public static ExperimentRun Read(ReadOnlySpan<byte> utf8)
    {
        var file = Parse<RunFile>(utf8, "This is not an exported KvLab run");
        if (file.Kind != KindName) throw new WrongRunException("kind", $"This is not an exported KvLab run: kind is not \"{KindName}\".");
        if (file.Schema > CurrentSchema)
            throw new WrongRunException("schema", $"This run was exported by a newer KvLab (schema {file.Schema}; this one reads up to {CurrentSchema}).");
        if (file.Schema < 1) throw new WrongRunException("schema", $"schema must be from 1 to {CurrentSchema}, but is {file.Schema}.");
        RunRules.Check(file.Run);
        if ((file.Schema == 1 ? RunCsv.OldChecksum(file.Run) : RunCsv.Checksum(file.Run)) != file.SamplesSha256)
            throw new WrongRunException("samplesSha256", "The samples do not match their checksum: the file was changed after it was exported.");
        return Sealed(file.Run);
    }

    /// <summary>What is computed from the samples is computed from them again: a file cannot say anything else of them.</summary>
    private static ExperimentRun Sealed(ExperimentRun run) => run with
    {
        Points = [.. run.Points.Select(p => p with
        {
            Client = LatencySummary.Of(p.Samples.ClientMs),
            Leader = LatencySummary.Of(p.Samples.LeaderMs),
            Followers = PointResult.Summarise(p.Samples),
        })],
    };

    /// <param name="what">Begins the sentence.</param>
    /// <exception cref="WrongRunException">With the field that is wrong.</exception>
    internal static T Parse<T>(ReadOnlySpan<byte> utf8, string what) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, Json) ?? throw new WrongRunException("file", $"{what}: it is null.");
        }
        catch (JsonException problem)
        {
            var field = problem.Path?.TrimStart('$').TrimStart('.') ?? "";
            if (MissingNames().Match(problem.Message) is { Success: true } missing)
            {
                var name = missing.Groups[1].Value;
                field = field.Length == 0 ? name : $"{field}.{name}";
                throw new WrongRunException(field, $"{what}: {field} is missing.", problem);
            }

            var why = problem.Message.Contains("null values", StringComparison.Ordinal) ? "must not be null"
                : problem.Message.StartsWith("It must be", StringComparison.Ordinal) ? problem.Message[3..].TrimEnd('.')
                : problem.Message.Contains("uplicate", StringComparison.Ordinal) ? "must be given once, but is given more than once"
                : "does not match the format of an export";
            field = ErrorText.Short(field);
            throw new WrongRunException(field.Length == 0 ? "file" : field, field.Length == 0
                ? $"{what}: its JSON cannot be read (line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1})."
                : $"{what}: {field} {why} (line {problem.LineNumber + 1}, byte {problem.BytePositionInLine + 1}).", problem);
        }
    }

    [GeneratedRegex("missing required propert.*?: '([^']+)'")]
    private static partial Regex MissingNames();
}
