using KvLab.Web.Commands;

namespace KvLab.Web.Api;

/// <summary>
/// Keeps other web sites' pages from changing the cluster through the browser of somebody who runs the lab: browsers say where a
/// request comes from, scripts and curl say nothing and are welcome.
/// </summary>
internal sealed class SameOrigin(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || !request.Path.StartsWithSegments("/api")) return next(context);
        if (request.Headers["Sec-Fetch-Site"] == "cross-site" || !IsOwn(request, request.Headers.Origin))
        {
            throw new CommandException(StatusCodes.Status403Forbidden,
                "This request comes from a page of another site. The cluster can only be changed from the dashboard's own pages and from scripts.");
        }
        return next(context);
    }

    private static bool IsOwn(HttpRequest request, string? origin) =>
        origin is null || (Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Scheme == request.Scheme && uri.Authority == request.Host.Value);
}
