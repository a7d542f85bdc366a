namespace KvLab.Web.Access;

/// <summary>What browsers may do with an answer: guess no type, and run, load or send nothing but what belongs to it.</summary>
internal sealed class SafeHeaders(RequestDelegate next)
{
    // Styles: MudBlazor writes the theme, and Plotly its rules, as text into the page. Images: charts are saved by way of data and blob addresses; the report's preview is a blob too.
    private const string Page =
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; frame-src 'self' blob:; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'";

    // Scalar begins with a script in the page.
    private const string Reference = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        + "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

    // Reports and figures carry their styles and pictures with them, and no scripts.
    private const string File = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    public Task InvokeAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/api") ? File : context.Request.Path.StartsWithSegments("/scalar") ? Reference : Page;
        return next(context);
    }
}
