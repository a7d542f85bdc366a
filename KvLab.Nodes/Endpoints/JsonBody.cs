using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using KvLab.Core.Configuration;

namespace KvLab.Nodes.Endpoints;

/// <summary>The body of a request as one JSON object, or a problem that says what it is instead.</summary>
internal sealed class JsonBody : IDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = InputRules.DeepestBody };

    private readonly byte[] _rented;
    private readonly JsonDocument _document;

    private JsonBody(byte[] rented, JsonDocument document)
    {
        _rented = rented;
        _document = document;
    }

    /// <exception cref="ProblemException">413 for too large, 400 for everything else.</exception>
    public static async ValueTask<JsonBody> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > InputRules.LargestBody) throw TooLarge();
        var rented = ArrayPool<byte>.Shared.Rent((int)(context.Request.ContentLength ?? InputRules.LargestBody) + 1);
        try
        {
            var length = await FillAsync(context, rented);
            return new JsonBody(rented, Parse(rented.AsMemory(0, length)));
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
    }

    /// <summary>The object's fields, each once.</summary>
    public JsonFields Fields(FieldErrors errors) => new(_document.RootElement, errors);

    private static async ValueTask<int> FillAsync(HttpContext context, byte[] buffer)
    {
        var length = 0;
        while (true)
        {
            var read = await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted);
            if (read == 0) return length;
            length += read;
            if (length > InputRules.LargestBody || length == buffer.Length) throw TooLarge();
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.IsEmpty) throw Bad("The body is empty; it must be a JSON object.");
        if (!Utf8.IsValid(utf8.Span)) throw Bad("The body is not JSON: it is not valid UTF-8.");
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(utf8, Strict);
        }
        catch (JsonException failure)
        {
            throw IsOnlyTooDeep(utf8)
                ? Bad($"The body is too deep: at most {InputRules.DeepestBody} levels of arrays and objects are allowed.")
                : Bad($"The body is not JSON (line {failure.LineNumber + 1}, byte {failure.BytePositionInLine + 1}).");
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        var kind = JsonFields.Name(document.RootElement.ValueKind);
        document.Dispose();
        throw Bad($"The body must be a JSON object, but is {kind}.");
    }

    private static bool IsOnlyTooDeep(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = InputRules.LargestBody }).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ProblemException Bad(string sentence) => ProblemException.BadField("body", sentence);

    private static ProblemException TooLarge() => ProblemException.BadField(
        "body", $"The body is too large: at most {InputRules.LargestBody} bytes are allowed.", StatusCodes.Status413PayloadTooLarge);

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_rented);
    }
}
