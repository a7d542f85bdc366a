using KvLab.Core.Configuration;
using KvLab.Core.Settings;
using KvLab.Web.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace KvLab.Web.Api.Requests;

/// <summary>The body of a request as one JSON object, read strictly: a wrong one gets sentences that name its fields, and changes nothing.</summary>
internal static class StrictBody
{
    /// <param name="read">Reads the fields; what it returns is used only when nothing was wrong.</param>
    /// <exception cref="CommandException">400, 413 or 415.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, Func<JsonFields, T> read)
    {
        if (!request.HasJsonContentType())
            throw new CommandException(StatusCodes.Status415UnsupportedMediaType, ApiProblems.NoJson(request));
        var errors = new FieldErrors();
        using var document = JsonObjectText.Parse(await BytesAsync(request), errors);
        if (document is null) throw Refusal(errors, StatusCodes.Status400BadRequest);
        var fields = new JsonFields(document.RootElement, errors);
        var value = read(fields);
        if (errors.All.Count == 0) return value;
        throw Refusal(errors, fields.IsOnlyTooLarge ? StatusCodes.Status413PayloadTooLarge : StatusCodes.Status400BadRequest);
    }

    /// <summary>For calls that take nothing: no body, or an empty object.</summary>
    public static Task RequireEmptyAsync(HttpRequest request) => ReadOptionalAsync(request, fields =>
    {
        fields.AllowOnly();
        return true;
    }, true);

    /// <summary>For calls that can do without: no body gives <paramref name="without"/>.</summary>
    public static Task<T> ReadOptionalAsync<T>(HttpRequest request, Func<JsonFields, T> read, T without) =>
        HasBody(request) ? ReadAsync(request, read) : Task.FromResult(without);

    /// <summary>A body may come without a length, in chunks.</summary>
    private static bool HasBody(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength is not (null or 0);

    private static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequest request)
    {
        if (request.ContentLength > InputRules.LargestBody) throw TooLarge();
        var buffer = new MemoryStream((int)(request.ContentLength ?? 0));
        var chunk = new byte[8192];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, request.HttpContext.RequestAborted)) > 0)
        {
            buffer.Write(chunk, 0, read);
            if (buffer.Length > InputRules.LargestBody) throw TooLarge();
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static CommandException TooLarge()
    {
        var errors = new FieldErrors();
        errors.Add("body", $"The body is too large: at most {InputRules.LargestBody} bytes are allowed.");
        return Refusal(errors, StatusCodes.Status413PayloadTooLarge);
    }

    private static CommandException Refusal(FieldErrors errors, int status) =>
        new(status, string.Join(" ", errors.All.Select(e => e.Message)), errors.All);
}
