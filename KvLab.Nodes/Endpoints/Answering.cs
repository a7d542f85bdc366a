using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KvLab.Nodes.Timing;

namespace KvLab.Nodes.Endpoints;

internal static class Answering
{
    // One per thread: an answer is made and copied out without waiting in between.
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer)? _scratch;

    // A large value must not stay reserved on every thread that ever answered one.
    private const int LargestKept = 16 * 1024;

    /// <summary>Writes the answer as one JSON text of known length.</summary>
    public static Task AnswerAsync<T>(this HttpContext context, T answer, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        ThreadSeams.MayTakeLong("An answer");
        var (buffer, writer) = _scratch ??= NewScratch();
        JsonSerializer.Serialize(writer, answer, type);
        writer.Flush();
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = buffer.WrittenCount;
        context.Response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > LargestKept) _scratch = null;
        buffer.ResetWrittenCount();
        writer.Reset();
        return context.Response.BodyWriter.FlushAsync(context.RequestAborted).AsTask();
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Writer) NewScratch()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        var options = new JsonWriterOptions { Encoder = AnswerJson.Readable.Options.Encoder, SkipValidation = true };
        return (buffer, new Utf8JsonWriter(buffer, options));
    }
}
