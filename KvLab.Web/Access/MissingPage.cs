using KvLab.Web.Problems;
using Microsoft.AspNetCore.Diagnostics;

namespace KvLab.Web.Access;

/// <summary>An address that no page has is answered by the page that says so, with its status, and not by the browser's own. Scripts, and pages that miss a file, get the plain status.</summary>
internal sealed class MissingPage(RequestDelegate next)
{
    private const string Address = "/not-found";

    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);
        var (request, response) = (context.Request, context.Response);
        if (response is not { StatusCode: StatusCodes.Status404NotFound, HasStarted: false, ContentType: null } || !HttpMethods.IsGet(request.Method) || !ApiProblems.WantsPage(request)) return;
        var asked = request.Path;
        // Chosen anew: what was chosen for the first address is none.
        context.SetEndpoint(null);
        request.RouteValues.Clear();
        request.Path = Address;
        // Pages write nothing under this status unless they are told that somebody asked for its page.
        context.Features.Set<IStatusCodeReExecuteFeature>(new StatusCodeReExecuteFeature { OriginalPath = asked, OriginalPathBase = request.PathBase, OriginalQueryString = request.QueryString.Value });
        try
        {
            await next(context);
            if (!response.HasStarted) response.StatusCode = StatusCodes.Status404NotFound;
        }
        finally
        {
            request.Path = asked;
        }
    }
}
