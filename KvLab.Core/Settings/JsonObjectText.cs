using System.Text.Json;
using System.Text.Unicode;
using KvLab.Core.Configuration;

namespace KvLab.Core.Settings;

/// <summary>Strict reading of a text that must be one JSON object.</summary>
public static class JsonObjectText
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = InputRules.DeepestBody };

    /// <param name="utf8">Must stay untouched for as long as the document is used.</param>
    /// <param name="errors">Takes the sentence that says what it is instead, under the field <c>body</c>.</param>
    /// <returns>Null when it is no JSON object. Dispose it.</returns>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> utf8, FieldErrors errors)
    {
        if (utf8.IsEmpty) return Refuse("The body is empty; it must be a JSON object.");
        if (!Utf8.IsValid(utf8.Span)) return Refuse("The body is not JSON: it is not valid UTF-8.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException failure)
        {
            return Refuse(IsOnlyTooDeep(utf8)
                ? $"The body is too deep: at most {InputRules.DeepestBody} levels of arrays and objects are allowed."
                : $"The body is not JSON (line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}).");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        var kind = JsonFields.Name(document.RootElement.ValueKind);
        document.Dispose();
        return Refuse($"The body must be a JSON object, but is {kind}.");

        JsonDocument? Refuse(string sentence)
        {
            errors.Add("body", sentence);
            return null;
        }
    }

    // A reader keeps one bit per level. A document of many levels would look for the beginning of each one from its end: quadratic.
    private static bool IsOnlyTooDeep(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
