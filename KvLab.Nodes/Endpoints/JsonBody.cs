using System.Buffers;
using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Settings;

namespace KvLab.Nodes.Endpoints;

/// <summary>The body of a request as one JSON object, or a problem that says what it is instead.</summary>
internal sealed class JsonBody : IDisposable
{
    private readonly byte[] _rented;
    private readonly JsonDocument _document;

    private JsonBody(byte[] rented, JsonDocument document)
    {
        _rented = rented;
        _document = document;
    }

    /// <exception cref="ProblemException">415 for what says that it is no JSON, 413 for too large, 400 for everything else.</exception>
    public static async ValueTask<JsonBody> ReadAsync(HttpContext context)
    {
        if (!MayBeJson(context.Request))
            throw new ProblemException(StatusCodes.Status415UnsupportedMediaType,
                $"The body must be sent as Content-Type: application/json, but is {context.Request.ContentType}.");
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

    /// <summary>JSON by its type; without a type; or with the one that <c>curl -d</c> sends unasked, which no form of a page fills with JSON.</summary>
    private static bool MayBeJson(HttpRequest request) =>
        string.IsNullOrEmpty(request.ContentType) || request.HasJsonContentType()
        || string.Equals(request.ContentType, "application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);

    /// <summary>For calls that take nothing: no body, or an empty object.</summary>
    public static async ValueTask RequireEmptyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is null or 0 && !context.Request.Headers.ContainsKey("Transfer-Encoding")) return;
        using var body = await ReadAsync(context);
        var fields = body.Fields(new FieldErrors());
        fields.AllowOnly();
        fields.ThrowIfWrong();
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
        var errors = new FieldErrors();
        return JsonObjectText.Parse(utf8, errors) ?? throw ProblemException.BadFields(errors.All);
    }

    private static ProblemException TooLarge() => ProblemException.BadField(
        "body", $"The body is too large: at most {InputRules.LargestBody} bytes are allowed.", StatusCodes.Status413PayloadTooLarge);

    public void Dispose()
    {
        _document.Dispose();
        ArrayPool<byte>.Shared.Return(_rented);
    }
}
