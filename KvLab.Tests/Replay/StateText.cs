using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;
using KvLab.Tests.Goldens;
using KvLab.Web.Csv;

namespace KvLab.Tests.Replay;

/// <summary>All that a snapshot says, every digit of it, in the order in which its collections list it.</summary>
internal static class StateText
{
    private const int LatestEvents = 20;

    private static readonly JsonSerializerOptions Options = new(ReadableJson.Options) { Converters = { new JsonStringEnumConverter(), new Log() } };

    public static string Hash(ClusterSnapshot snapshot) => Golden.Hash(Of(snapshot));

    public static string Of(ClusterSnapshot snapshot) => JsonSerializer.Serialize(snapshot, Options);

    /// <summary>The events before the latest were in the states before.</summary>
    private sealed class Log : JsonConverter<EventLogView>
    {
        public override EventLogView Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, EventLogView log, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber("count", log.Count);
            writer.WriteNumber("discarded", log.Discarded);
            writer.WriteNumber("first", log.First);
            writer.WritePropertyName("latest");
            JsonSerializer.Serialize(writer, log.LatestArrivalFirst().Take(LatestEvents), EventExport.Json);
            writer.WriteEndObject();
        }
    }
}
