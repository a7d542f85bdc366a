using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using KvLab.Core.Keyframes;
using KvLab.Core.Network;
using KvLab.Core.Settings;

namespace KvLab.Core.Observation.Figures;

/// <summary>What is seldom, and has names of its own elsewhere, is JSON in a keyframe too: a new setting needs no new code here.</summary>
internal static class KeyframeJson
{
    public static void Write(KeyframeWriter writer, LiveSettings? settings) => Write(writer, settings, StateJson.Default.LiveSettings);

    public static void Write(KeyframeWriter writer, LinkFaults faults) => Write(writer, faults == LinkFaults.None ? null : faults, StateJson.Default.LinkFaults);

    public static void Write(KeyframeWriter writer, NodeFaults faults) => Write(writer, faults == NodeFaults.None ? null : faults, StateJson.Default.NodeFaults);

    public static LiveSettings? ReadSettingsOrNone(ref KeyframeReader reader) => Read(ref reader, StateJson.Default.LiveSettings);

    public static LiveSettings ReadSettings(ref KeyframeReader reader) => ReadSettingsOrNone(ref reader) ?? throw new FormatException("The keyframe lacks settings.");

    public static LinkFaults ReadLinkFaults(ref KeyframeReader reader) => Read(ref reader, StateJson.Default.LinkFaults) switch
    {
        null => LinkFaults.None,
        // What is not named is null, whatever the type says, because generated readers set every property.
        { Request: null } or { Answer: null } => throw new FormatException("The keyframe has faults of a link that are not whole."),
        var faults => faults,
    };

    public static NodeFaults ReadNodeFaults(ref KeyframeReader reader) => Read(ref reader, StateJson.Default.NodeFaults) ?? NodeFaults.None;

    private static void Write<T>(KeyframeWriter writer, T? what, JsonTypeInfo<T> type) where T : class => writer.Text(what is null ? null : JsonSerializer.Serialize(what, type));

    private static T? Read<T>(ref KeyframeReader reader, JsonTypeInfo<T> type) where T : class
    {
        if (reader.TextOrNone() is not { } json) return null;
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException wrong)
        {
            throw new FormatException($"The keyframe holds something that cannot be read: {wrong.Message}", wrong);
        }
    }
}

[JsonSourceGenerationOptions(RespectNullableAnnotations = true)]
[JsonSerializable(typeof(LiveSettings))]
[JsonSerializable(typeof(LinkFaults))]
[JsonSerializable(typeof(NodeFaults))]
internal sealed partial class StateJson : JsonSerializerContext;
