using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KvLab.Core.Configuration;
using KvLab.Nodes.Endpoints;

namespace KvLab.Nodes.Peers;

/// <summary>Strict reading of what other replicas ask. Whoever knows the token is believed to be one of them, but not to be without fault.</summary>
internal static class PeerBody
{
    /// <param name="check">Adds what is wrong with the values.</param>
    /// <exception cref="ProblemException">400; nothing has changed.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, Action<T, FieldErrors> check) where T : class
    {
        var errors = new FieldErrors();
        try
        {
            if (JsonSerializer.Deserialize((await BytesAsync(context.Request)).Span, type) is { } request)
            {
                check(request, errors);
                if (errors.All.Count == 0) return request;
            }
            else
            {
                errors.Add("body", "The body is null.");
            }
        }
        catch (JsonException wrong)
        {
            // The library's own sentence names types of this program.
            errors.Add("body", $"The body is not what a replica asks: it cannot be read at {ErrorText.Short(wrong.Path ?? "$")} (line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}).");
        }

        throw ProblemException.BadFields(errors.All);
    }

    /// <summary>All of it, whose length the server bounds (<see cref="Transport.BatchCodec.LongestBatch"/>): a stream would be read past a byte order mark, which JSON does not have.</summary>
    private static async Task<ReadOnlyMemory<byte>> BytesAsync(HttpRequest request)
    {
        var bytes = new MemoryStream((int)(request.ContentLength ?? 0));
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
