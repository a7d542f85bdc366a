using System.Text.Encodings.Web;

namespace KvLab.Web.Access;

/// <summary>The one page that everybody may see: it asks for the lab's secret. Plain HTML, because there is no circuit before it.</summary>
internal static class SignInPage
{
    public static Task WriteAsync(HttpContext context, string back, string? problem)
    {
        var html = HtmlEncoder.Default;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var root = html.Encode(context.Request.PathBase.Value ?? "");
        var (alert, invalid) = problem is null ? ("", "") : ($"<p id=\"problem\" role=\"alert\" data-testid=\"sign-in-problem\">{html.Encode(problem)}</p>", " aria-invalid=\"true\" aria-describedby=\"problem\"");
        return context.Response.WriteAsync($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8" />
              <meta name="viewport" content="width=device-width, initial-scale=1.0" />
              <meta name="color-scheme" content="light dark" />
              <title>Sign in to KvLab</title>
              <link rel="icon" type="image/svg+xml" href="{root}/favicon.svg" />
              <link rel="stylesheet" href="{root}/css/sign-in.css" />
            </head>
            <body>
              <main>
                <h1>KvLab</h1>
                <p>This lab can be reached by others, so it asks for its secret. Whoever started it knows it.</p>
                {alert}
                <form method="post" action="{root}{SecretGate.SignInPath}">
                  <input type="hidden" name="back" value="{html.Encode(back)}" />
                  <label for="secret">The lab's secret</label>
                  <input id="secret" name="secret" type="password" autocomplete="current-password" required autofocus{invalid} data-testid="sign-in-secret" />
                  <button type="submit" data-testid="sign-in">Sign in</button>
                </form>
              </main>
            </body>
            </html>
            """, context.RequestAborted);
    }
}
