using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Settings;

namespace KvLab.Nodes.Endpoints;

/// <summary>A leader's live settings, and N beside them.</summary>
[JsonConverter(typeof(Converter))]
internal sealed record LeaderConfigAnswer(LiveSettings Settings, int Followers)
{
    /// <summary>As <see cref="SettingFields"/> has them.</summary>
    internal sealed class Converter : JsonConverter<LeaderConfigAnswer>
    {
        public override LeaderConfigAnswer Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("An answer is only written.");

        public override void Write(Utf8JsonWriter writer, LeaderConfigAnswer answer, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var field in SettingFields.All) field.Write(writer, answer.Settings);
            writer.WriteNumber("delayOrigin", answer.Settings.DelayOrigin);
            writer.WriteNumber("followers", answer.Followers);
            writer.WriteEndObject();
        }
    }
}
