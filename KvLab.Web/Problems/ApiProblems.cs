using KvLab.Core.Callers;
using KvLab.Core.Configuration;
using Microsoft.AspNetCore.WebUtilities;

namespace KvLab.Web.Problems;

/// <summary>Every answer of the REST API that is an error is an RFC 9457 problem: a sentence in <c>detail</c>, and sentences by field in <c>errors</c>.</summary>
internal sealed partial class ApiProblems(RequestDelegate next, ILogger<ApiProblems> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsApi(context.Request.Path))
        {
            await next(context);
            return;
        }
        try
        {
            await next(context);
            if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null }) await AnswerAsync(context, Missing(context));
        }
        catch (CommandException refusal)
        {
            await AnswerAsync(context, refusal);
        }
        catch (BadHttpRequestException bad)
        {
            await AnswerAsync(context, new CommandException(bad.StatusCode, bad.Message));
        }
        catch (IOException broken) when (BrokenBody.IsCause(broken) && !context.Response.HasStarted)
        {
            await AnswerAsync(context, new CommandException(StatusCodes.Status400BadRequest, BrokenBody.Sentence, [new FieldError("body", BrokenBody.Sentence)]));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; there is nobody to answer.
        }
        catch (Exception unexpected) when (!context.Response.HasStarted)
        {
            LogRequestFailed(logger, context.Request.Method, context.Request.Path, unexpected);
            await AnswerAsync(context, new CommandException(StatusCodes.Status500InternalServerError, $"The dashboard failed: {unexpected.Message}"));
        }
    }

    /// <summary>Somebody with a browser asks for a page: a script, and a page that misses a file, do not name HTML.</summary>
    public static bool WantsPage(HttpRequest request) => !IsApi(request.Path) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public static bool IsApi(PathString path) =>
        path.StartsWithSegments("/api") || path.StartsWithSegments("/health") || path.StartsWithSegments("/openapi");

    private static CommandException Missing(HttpContext context)
    {
        var status = context.Response.StatusCode;
        var request = $"{context.Request.Method} {context.Request.Path}";
        return new CommandException(status, status switch
        {
            StatusCodes.Status404NotFound => $"There is no {request}; /openapi/v1.json lists all calls.",
            StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not allowed for {context.Request.Path}; allowed: {context.Response.Headers.Allow}.",
            StatusCodes.Status415UnsupportedMediaType => NoJson(context.Request),
            _ => ReasonPhrases.GetReasonPhrase(status),
        });
    }

    public static Task AnswerAsync(HttpContext context, CommandException problem) => Results.Problem(
        detail: problem.Message,
        statusCode: problem.Status,
        title: ReasonPhrases.GetReasonPhrase(problem.Status),
        type: "about:blank",
        extensions: problem.Fields.Count == 0 ? null : new Dictionary<string, object?> { ["errors"] = ByField(problem.Fields) }).ExecuteAsync(context);

    private static Dictionary<string, string[]> ByField(IReadOnlyList<FieldError> errors) =>
        errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray());

    /// <summary>Routing refuses most of them before anybody reads them, and has no words for it.</summary>
    public static string NoJson(HttpRequest request) =>
        $"The body must be sent as Content-Type: application/json, but is {(string.IsNullOrEmpty(request.ContentType) ? "sent without a type" : ErrorText.Short(request.ContentType))}.";
}
