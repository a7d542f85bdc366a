using KvLab.Core.Configuration;
using KvLab.Core.Recordings;
using KvLab.Core.Settings;
using KvLab.Web.Api.Requests;
using KvLab.Web.Options;
using KvLab.Web.Problems;
using KvLab.Web.Recordings;
using KvLab.Web.Replays;
using KvLab.Web.Timing;
using Microsoft.AspNetCore.Http.Features;

namespace KvLab.Web.Api;

/// <summary>What happened, as files: listed, taken home, taken in.</summary>
internal static class RecordingEndpoints
{
    private const string FileType = "application/octet-stream";

    /// <summary>An element of the stream comes ten times a second, and the next one begins a recording.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/recordings").WithTags("Recordings");
        api.MapGet("", (Recorder recorder) => recorder.List()).Produces<IReadOnlyList<RecordingView>>()
            .WithSummary("All recordings, newest first. Each holds every event with keys and values, and the addresses of the nodes. All together use at most Recording:MaxMegabytes; when that is reached, the oldest are deleted.");
        api.MapPost("", DoAsync).Accepts<RecordingCommand>("application/json").Produces<RecordingView>().Produces<RecordingView>(201).Refuses(409, 503, 507)
            .WithSummary("{\"do\":\"start\"} closes the current recording and starts a new one (name: its name); {\"do\":\"stop\"} closes the current one, and nothing is recorded until you start another.");
        api.MapPost("/import", ImportAsync).Accepts<IFormFile>(FileType).Produces<RecordingView>(201).Refuses(409, 413, 503, 507)
            .WithSummary("Imports a recording file. The whole file is checked first; 400 says what is wrong and how far it can be read.");
        api.MapGet("/{id}", (string id, Recorder recorder) => recorder.Find(id)).Produces<RecordingView>().Refuses(404);
        api.MapGet("/{id}/file", FileAsync).Produces(200, contentType: FileType).Refuses(404, 422, 503, 507)
            .WithSummary("The recording as one file (docs/event-format.md), with keys and values; for one that is still being written, what has been saved so far. "
                + "from, to: a stretch of it instead, both moments included, as a recording of its own; ms since the recording began, or a time as ISO 8601.");
        api.MapPatch("/{id}", RenameAsync).Accepts<RecordingName>("application/json").Produces<RecordingView>().Refuses(404, 503, 507).WithSummary("Renames a recording: {\"name\": …}.");
        api.MapDelete("/{id}", Delete).Produces(204).Refuses(404, 409).WithSummary("Removes a recording; not the one that is being written.");
    }

    private static async Task<IResult> DoAsync(HttpRequest request, Recorder recorder, TimeProvider time, CancellationToken cancellation)
    {
        var (what, name) = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("do", "name");
            var wanted = fields.RequiredText("do");
            if (wanted is not ("start" or "stop")) fields.Add("do", "must be start or stop.");
            return (wanted, ReadName(fields) ?? "");
        });
        try
        {
            if (what == "start")
            {
                var begun = await recorder.StartAsync(name).WaitAsync(Patience, time, cancellation);
                return Results.Created($"{request.PathBase}/api/recordings/{begun.Id}", begun);
            }

            return Results.Ok(await recorder.StopRecordingAsync().WaitAsync(Patience, time, cancellation) ?? throw new CommandException(409, "Nothing is being recorded."));
        }
        catch (Exception late) when (late is TimeoutException || (late is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new CommandException(503, "The recorder is busy and did not answer in time. Try again.", inner: late);
        }
    }

    private static async Task<IResult> ImportAsync(HttpRequest request, RecordingStore store, RecordingOptions options, CancellationToken cancellation)
    {
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = options.MaxBytes + 1;
        if (request.ContentLength > options.MaxBytes) throw store.TooLarge();
        var imported = await store.ImportAsync(request.Body, cancellation);
        return Results.Created($"{request.PathBase}/api/recordings/{imported.Id}", imported);
    }

    private static async Task<IResult> FileAsync(string id, HttpRequest request, RecordingStore store, CancellationToken cancellation)
    {
        var query = new StrictQuery(request, "from", "to");
        var (from, to) = (query.Moment("from"), query.Moment("to"));
        query.ThrowIfWrong();
        if (from is null && to is null) return Whole(id, store);
        var (file, stretch) = await StretchFile.MakeAsync(store, id, from, to, cancellation);
        return Results.File(file, FileType, stretch + RecordingStore.Extension);
    }

    private static IResult Whole(string id, RecordingStore store) => store.OpenFile(id) is var file && file.CanSeek
        ? Results.File(file, FileType, id + RecordingStore.Extension, enableRangeProcessing: true)
        : new SizedFile(file, id + RecordingStore.Extension);

    private static async Task<RecordingView> RenameAsync(string id, HttpRequest request, Recorder recorder)
    {
        recorder.Find(id);
        var name = await StrictBody.ReadAsync(request, fields =>
        {
            fields.AllowOnly("name");
            fields.RequiredText("name");
            return ReadName(fields) ?? "";
        });
        await recorder.RenameAsync(id, name);
        return recorder.Find(id);
    }

    private static string? ReadName(JsonFields fields)
    {
        var name = fields.Text("name")?.Trim();
        if (name?.Length > RecordingLimits.Name) fields.Add("name", $"must have at most {RecordingLimits.Name} characters, but has {name.Length}.");
        return name;
    }

    private static IResult Delete(string id, RecordingStore store)
    {
        store.Delete(id);
        return Results.NoContent();
    }

    /// <summary>A file whose size is known and that can be read only from its beginning.</summary>
    private sealed class SizedFile(Stream file, string name) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            await using var content = file;
            httpContext.Response.ContentType = FileType;
            httpContext.Response.ContentLength = file.Length;
            httpContext.Response.Headers.ContentDisposition = $"attachment; filename={name}";
            await file.CopyToAsync(httpContext.Response.Body, httpContext.RequestAborted);
        }
    }
}

/// <param name="Do"><c>start</c> or <c>stop</c>.</param>
/// <param name="Name">Of the recording that starts; at most 200 characters.</param>
public sealed record RecordingCommand(string Do, string? Name);

/// <param name="Name">At most 200 characters; empty for none.</param>
public sealed record RecordingName(string Name);
