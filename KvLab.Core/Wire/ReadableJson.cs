using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvLab.Core.Wire;

/// <summary>How nodes and dashboard write JSON for people and programs: one encoder, so that one value looks alike in every answer, event and file.</summary>
public static class ReadableJson
{
    /// <summary>Null is left out.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = ReadableEncoder.Instance,
    };

    /// <summary>For answers that are written piece by piece, by code that is known to write valid JSON.</summary>
    public static JsonWriterOptions Writer { get; } = new() { Encoder = ReadableEncoder.Instance, SkipValidation = true };
}
