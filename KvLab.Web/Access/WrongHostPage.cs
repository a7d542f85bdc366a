using System.Text.Encodings.Web;
using KvLab.Core.Configuration;
using KvLab.Web.Problems;

namespace KvLab.Web.Access;

/// <summary>The lab was called by a name that it does not have: which ones it has, and which setting adds one. A page for a browser, a problem for a script.</summary>
internal static class WrongHostPage
{
    public const string Setting = "AllowedHosts";

    /// <param name="names">Those that are allowed.</param>
    public static Task AnswerAsync(HttpContext context, string host, IReadOnlyList<string> names)
    {
        var called = ErrorText.Short(host);
        var problem = $"This lab is not called {called}. It answers to {string.Join(", ", names)} and to its own addresses, such as 127.0.0.1. "
            + $"To let it be called {called} too, start it with --{Setting} {called} (in the environment {Setting}={called}); where it is set already, add the name behind a comma.";
        if (!ApiProblems.WantsPage(context.Request))
            return ApiProblems.AnswerAsync(context, new CommandException(StatusCodes.Status400BadRequest, problem));
        var html = HtmlEncoder.Default;
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync($$"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8" />
              <meta name="viewport" content="width=device-width, initial-scale=1.0" />
              <meta name="color-scheme" content="light dark" />
              <title>KvLab: not its name</title>
              <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 15vh auto; padding: 0 1rem; overflow-wrap: anywhere }</style>
            </head>
            <body>
              <main data-testid="wrong-host">
                <h1>This lab is not called {{html.Encode(called)}}</h1>
                <p>It answers to these names, and to its own addresses, such as 127.0.0.1:</p>
                <ul>{{string.Concat(names.Select(n => $"<li><code>{html.Encode(n)}</code></li>"))}}</ul>
                <p>To let it be called {{html.Encode(called)}} too, start it with <code>--{{Setting}} {{html.Encode(called)}}</code>, or set <code>{{Setting}}={{html.Encode(called)}}</code> in its environment.
                  It refuses other names because a page of another site could use the lab through your browser under a name of its own.</p>
              </main>
            </body>
            </html>
            """, context.RequestAborted);
    }
}
