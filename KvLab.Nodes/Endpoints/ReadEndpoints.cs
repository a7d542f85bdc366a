using System.Text.Json;
using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Core.Wire;
using KvLab.Nodes.Member;

namespace KvLab.Nodes.Endpoints;

/// <summary><c>GET /read/{key}</c> and <c>GET /dump</c>: what this replica holds, whatever the others hold.</summary>
internal sealed class ReadEndpoints(Node node, ClusterToken token)
{
    public const string DumpPath = "/dump";

    /// <summary>Headers of a dump: the newest epoch and version that the node knows, which a cleared node remembers too.</summary>
    public const string EpochHeader = "X-Epoch";
    public const string LastVersionHeader = "X-Last-Version";

    private const string ReadPrefix = "/read/";

    // Enough for one system call to be worth it, little enough that a large dump is never whole in memory.
    private const int FlushBytes = 32 * 1024;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(ReadPrefix + "{**key}", ReadAsync);
        routes.MapGet(DumpPath, ((RequestDelegate)DumpAsync).Traced(node, token));
    }

    private async Task ReadAsync(HttpContext context)
    {
        var key = KeyOf(context);
        if (InputRules.CheckKey(key) is { } sentence) throw ProblemException.BadField("key", sentence);
        await node.Faults.SlowDownAsync(context.RequestAborted);
        var entry = await node.Store.GetAsync(key, context.RequestAborted)
            ?? throw new ProblemException(StatusCodes.Status404NotFound, $"{node.Id} holds no key \"{key}\".");
        var answer = new ReadAnswer(entry.Key, entry.Value, entry.Version.Counter, entry.Version.Epoch, node.Id);
        await context.AnswerAsync(answer, AnswerJson.Readable.ReadAnswer);
    }

    /// <summary>Out of the request's own text: the server's decoded path leaves %2F as it is, so that a/b and a%2Fb would be two keys.</summary>
    private static string KeyOf(HttpContext context)
    {
        var target = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        var start = path.IndexOf(ReadPrefix, StringComparison.OrdinalIgnoreCase);
        var inPath = start < 0 ? "" : path[(start + ReadPrefix.Length)..];
        return inPath.Length == 0 ? InQuery(context.Request) : Uri.UnescapeDataString(inPath);
    }

    /// <summary><c>/read?key=…</c>: clients and servers take <c>/read/..</c> for <c>/</c>, percent-encoded too, so in a path not every key can be said.</summary>
    private static string InQuery(HttpRequest request) => request.Query["key"] switch
    {
        { Count: 0 } => "",
        { Count: 1 } one => one.ToString(),
        var many => throw ProblemException.BadField("key", $"key must be given once, but is given {many.Count} times."),
    };

    private async Task DumpAsync(HttpContext context)
    {
        // A starting leader asks for this before its first batch.
        token.HearFrom(context.Request, node);
        var highest = await node.HighestAsync();
        await using var entries = node.Store.SnapshotAsync(context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        // Before anything is answered, so that a storage that is away is an error and no empty dump.
        var more = await entries.MoveNextAsync();
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers[EpochHeader] = highest.Epoch.ToString();
        context.Response.Headers[LastVersionHeader] = highest.Counter.ToString();
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, ReadableJson.Writer);
        writer.WriteStartObject();
        for (; more; more = await NextAsync(entries, context))
        {
            var entry = entries.Current;
            writer.WriteStartObject(entry.Key);
            writer.WritePropertyName("value");
            writer.WriteRawValue(entry.Value.Utf8, skipInputValidation: true);
            writer.WriteNumber("version", entry.Version.Counter);
            writer.WriteNumber("epoch", entry.Version.Epoch);
            writer.WriteEndObject();
            if (writer.BytesPending < FlushBytes) continue;
            writer.Flush();
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }

        writer.WriteEndObject();
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<Entry> entries, HttpContext context)
    {
        try
        {
            return await entries.MoveNextAsync();
        }
        catch (StoreException)
        {
            // What was written so far must not be taken for all of it.
            context.Abort();
            throw;
        }
    }
}
