using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using KvLab.Core.Observation.Series;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Wire;
using KvLab.Web.Csv;

namespace KvLab.Tests.Goldens;

/// <summary>A snapshot as lines, one for each of its parts: short parts whole, of long ones a hash and the beginning.</summary>
internal static class SnapshotText
{
    private const int LongestWhole = 200;
    private const int BeginningShown = 80;

    // What a snapshot computes from its parts is left out: it would say everything twice. Members come in the order of their names,
    // wherever they are declared.
    private static readonly JsonSerializerOptions Options = new(ReadableJson.Options)
    {
        Converters =
        {
            new JsonStringEnumConverter(), new LogConverter(), new FractionConverter(),
        },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver
        {
            Modifiers =
            {
                type =>
                {
                    if (type.Kind != JsonTypeInfoKind.Object) return;
                    var parts = type.Properties.Where(p => p.Set is not null).OrderBy(p => p.Name, StringComparer.Ordinal).ToArray();
                    type.Properties.Clear();
                    foreach (var part in parts) type.Properties.Add(part);
                },
            },
        },
    };

    public static IEnumerable<(string Name, string Text)> Parts(ClusterSnapshot snapshot)
    {
        foreach (var part in Options.GetTypeInfo(typeof(ClusterSnapshot)).Properties)
            yield return (part.Name, JsonSerializer.Serialize(part.Get!(snapshot), part.PropertyType, Options));
        foreach (var (name, sentences) in Words(snapshot)) yield return ($"words of {name}", string.Join('\n', sentences));
    }

    public static string Line(string name, string text)
    {
        var line = text.ReplaceLineEndings("\\n");
        return line.Length <= LongestWhole
            ? $"{name}: {line}"
            : $"{name}: {Golden.Hash(text)} of {text.Length} characters: {line[..BeginningShown]}…";
    }

    /// <summary>Every sentence that the page says of this snapshot.</summary>
    private static IEnumerable<(string, IEnumerable<string>)> Words(ClusterSnapshot s)
    {
        var explain = s.Explain;
        var reach = Reach.Of(s);
        yield return ("events", s.Events.NewestFirst().Take(SnapshotGoldenTests.Every).Select(explain.Event));
        yield return ("writes", s.Writes.SelectMany(w => w.Deliveries.Select(d => explain.Delivery(w, d)).Prepend(explain.Write(w))));
        yield return ("cells", s.KeyOrder.SelectMany(k => s.Nodes.Select(n => explain.Cell(s.Keys[k], n.Id, s))));
        yield return ("durability", s.Durability.Latest.Concat(s.Durability.Lost).Select(r => explain.Durability(r, reach)));
        yield return ("availability", [AvailabilityRule.Of(s).Sentence]);
        yield return ("leadership", [Leadership.ProblemOf(s) ?? s.Waiting?.Sentence ?? ""]);
    }

    /// <summary>Nothing is read from a golden but lines.</summary>
    private abstract class Writing<T> : JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException();
    }

    /// <summary>To six digits: the last ones of a computed mean may differ from machine to machine.</summary>
    private sealed class FractionConverter : Writing<double>
    {
        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(Math.Round(value, 6));
    }

    /// <summary>
    /// The log has no members of its own that say what is in it. Its latest events are enough: the ones before were in the snapshot before.
    /// </summary>
    private sealed class LogConverter : Writing<EventLogView>
    {
        public override void Write(Utf8JsonWriter writer, EventLogView log, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteNumber("count", log.Count);
            writer.WriteNumber("discarded", log.Discarded);
            writer.WriteNumber("first", log.First);
            writer.WritePropertyName("latestArrivalFirst");
            JsonSerializer.Serialize(writer, log.LatestArrivalFirst().Take(SnapshotGoldenTests.Every), EventExport.Json);
            writer.WriteEndObject();
        }
    }
}
