using System.Text.Json;
using KvLab.Core.Callers;
using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Core.Wire;
using KvLab.Nodes.Transport;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Nodes.Endpoints;

/// <summary>Every answer that is an error is an RFC 9457 problem: a sentence in <c>detail</c>, and sentences by field in <c>errors</c>.</summary>
internal sealed partial class ProblemDetails(RequestDelegate next, ILogger<ProblemDetails> log)
{
    public const string ContentType = "application/problem+json";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null }) await WriteAsync(context, Missing(context));
        }
        catch (ProblemException problem)
        {
            await WriteAsync(context, problem);
        }
        catch (StoreException failure) when (!context.Response.HasStarted)
        {
            // Told once as an event and in the log when it begins; every request only gets its answer.
            context.Response.Headers[HttpReplicaTransport.StorageHeader] = EnumNames.NameOf(failure.Failure);
            await WriteAsync(context, new ProblemException(StatusCodes.Status503ServiceUnavailable, failure.Message) { RetryAfterSeconds = 1 });
        }
        catch (StoreException)
        {
            // Half an answer must not look like a whole one.
            context.Abort();
        }
        catch (BadHttpRequestException bad)
        {
            await WriteAsync(context, new ProblemException(bad.StatusCode, bad.Message));
        }
        catch (IOException broken) when (BrokenBody.IsCause(broken) && !context.Response.HasStarted)
        {
            await WriteAsync(context, ProblemException.BadField("body", BrokenBody.Sentence));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody to answer.
        }
        catch (Exception unexpected) when (!context.Response.HasStarted)
        {
            RequestFailed(context.Request.Method, context.Request.Path, unexpected);
            await WriteAsync(context, new ProblemException(StatusCodes.Status500InternalServerError, $"The node failed: {unexpected.Message}"));
        }
    }

    private static ProblemException Missing(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var request = $"{context.Request.Method} {context.Request.Path}";
        return new ProblemException(status, status switch
        {
            StatusCodes.Status404NotFound => $"There is no {request}; {OpenApiEndpoint.Path} lists all calls.",
            StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not allowed for {context.Request.Path}; allowed: {context.Response.Headers.Allow}.",
            _ => ReasonPhrases.GetReasonPhrase(status),
        });
    }

    private static async Task WriteAsync(HttpContext context, ProblemException problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        if (problem.RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = seconds.ToString();
        if (problem.Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        await using var writer = new Utf8JsonWriter(response.BodyWriter, ReadableJson.Writer);
        writer.WriteStartObject();
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", ReasonPhrases.GetReasonPhrase(problem.Status));
        writer.WriteNumber("status", problem.Status);
        writer.WriteString("detail", problem.Message);
        if (problem.LeaderUrl is not null) writer.WriteString("leader", problem.LeaderUrl);
        if (problem.Fields.Count > 0)
        {
            writer.WriteStartObject("errors");
            foreach (var field in problem.Fields.GroupBy(e => e.Field))
            {
                writer.WriteStartArray(field.Key);
                foreach (var error in field) writer.WriteStringValue(error.Message);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
