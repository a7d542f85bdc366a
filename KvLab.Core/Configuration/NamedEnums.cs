using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace KvLab.Core.Configuration;

/// <summary>
/// Enums by exactly one of the names that JSON has for them. The converter of the framework also takes numbers and combinations such as <c>"uniform,pareto"</c>,
/// which then are another value, or none at all.
/// </summary>
public sealed class NamedEnums : JsonConverterFactory
{
    /// <summary>Enums that are written as text; one without a converter is a number in files that exist.</summary>
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum && typeToConvert.GetCustomAttribute<JsonConverterAttribute>() is not null;

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(Named<>).MakeGenericType(typeToConvert))!;

    private sealed class Named<T> : JsonConverter<T> where T : struct, Enum
    {
        private static readonly (byte[] Utf8, T Value)[] Known = [.. Enum.GetValues<T>().Select(v => (System.Text.Encoding.UTF8.GetBytes(EnumNames.NameOf(v)), v))];

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.String)
            {
                // A run has millions of them: no text is made of each.
                foreach (var (utf8, value) in Known)
                    if (reader.ValueTextEquals(utf8)) return value;
                if (reader.GetString() is { } text && EnumNames.TryParse<T>(text, out var known)) return known;
            }

            throw new JsonException($"must be {EnumNames.ListOf<T>()}");
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(EnumNames.NameOf(value));
    }
}
