using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvLab.Core.Configuration;
using KvLab.Core.Wire;

namespace KvLab.Core.Storage;

/// <summary>
/// Any JSON value as compact UTF-8 text. Values pass through the lab untouched, so nothing parses them twice;
/// two values are equal when their compact texts are equal, byte by byte.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly struct JsonText : IEquatable<JsonText>
{
    private static readonly byte[] NullText = "null"u8.ToArray();
    private readonly byte[]? _utf8;

    private JsonText(byte[] utf8) => _utf8 = utf8;

    public ReadOnlySpan<byte> Utf8 => _utf8 ?? NullText;

    /// <summary>Size of the compact text in bytes; what the 64 KiB limit counts.</summary>
    public int Length => Utf8.Length;

    /// <summary>Compacts any valid JSON text.</summary>
    /// <exception cref="JsonException">The text is not one JSON value, or a string in it is not valid Unicode.</exception>
    public static JsonText Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return From(document.RootElement);
    }

    /// <exception cref="JsonException">A string in it is not valid Unicode: an escape such as <c>\ud800</c> names half a character.</exception>
    public static JsonText From(JsonElement element)
    {
        try
        {
            return new(JsonSerializer.SerializeToUtf8Bytes(element, CompactOptions));
        }
        catch (InvalidOperationException halfCharacter)
        {
            throw new JsonException("A string is not valid Unicode.", halfCharacter);
        }
    }

    /// <summary>A JSON string with this content.</summary>
    public static JsonText Of(string text) => new(JsonSerializer.SerializeToUtf8Bytes(text, CompactOptions));

    /// <summary>Takes over text that is known to be compact and valid, such as bytes that another replica sent.</summary>
    public static JsonText FromCompactUtf8(byte[] utf8) => new(utf8);

    /// <summary>Takes over text that others have made, if it is what a client may send.</summary>
    /// <exception cref="FormatException">It is not one JSON value, too large, too deep, or not valid Unicode.</exception>
    public static JsonText FromOthers(byte[] utf8)
    {
        if (utf8.Length is 0 or > InputRules.LargestValue) throw new FormatException($"A value must have 1 to {InputRules.LargestValue} bytes, but has {utf8.Length}.");
        if (!System.Text.Unicode.Utf8.IsValid(utf8)) throw new FormatException("A value is not valid UTF-8.");
        try
        {
            var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = InputRules.DeepestBody });
            while (reader.Read())
            {
                // Decoding finds half of a surrogate pair, which can only stand in an escape.
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
            }
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new FormatException("A value is not JSON.", wrong);
        }

        return new(utf8);
    }

    public bool Equals(JsonText other) => Utf8.SequenceEqual(other.Utf8);
    public override bool Equals(object? obj) => obj is JsonText other && Equals(other);
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8);
        return hash.ToHashCode();
    }

    public static bool operator ==(JsonText left, JsonText right) => left.Equals(right);
    public static bool operator !=(JsonText left, JsonText right) => !left.Equals(right);

    public override string ToString() => Encoding.UTF8.GetString(Utf8);

    /// <summary>The first characters for a screen; a longer value ends in an ellipsis.</summary>
    /// <param name="characters">UTF-16 units at most, ≥ 2.</param>
    public string Preview(int characters = 48)
    {
        // Four bytes hold the longest UTF-8 character, so this prefix surely covers the preview.
        var prefix = Utf8.Length > 4 * (characters + 1) ? Utf8[..(4 * (characters + 1))] : Utf8;
        var text = Encoding.UTF8.GetString(prefix);
        if (text.Length <= characters) return text;
        // Never half of a character that takes two UTF-16 units.
        var end = char.IsHighSurrogate(text[characters - 2]) ? characters - 2 : characters - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }

    private static readonly JsonSerializerOptions CompactOptions = new()
    {
        WriteIndented = false,
        MaxDepth = 64,
        Encoder = ReadableEncoder.Instance,
    };

    /// <summary>Public, so that serialisers made at compile time in other projects can use it.</summary>
    public sealed class Converter : JsonConverter<JsonText>
    {
        public override bool HandleNull => true;

        public override JsonText Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            From(JsonElement.ParseValue(ref reader));

        public override void Write(Utf8JsonWriter writer, JsonText value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8, skipInputValidation: true);
    }
}
