using KvLab.Core.Callers;
using KvLab.Web.Options;
using KvLab.Web.Problems;

namespace KvLab.Web.Access;

/// <summary>Keeps pages of other sites from using the lab through the browser of somebody who runs it: the page's own connection and the nodes' hub as well as the REST API.</summary>
internal sealed class CallerGuard(RequestDelegate next, AccessOptions access, LabReach reach)
{
    private readonly AllowedHosts _hosts = new([.. access.Hosts, Environment.MachineName]);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var host = request.Host.Value;
        if (!_hosts.Allows(host, reach.IsOpenTo(context.Connection.LocalIpAddress)))
            return WrongHostPage.AnswerAsync(context, request.Host.Host, [.. _hosts.Names]);
        var onlyReads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        return ForeignPage.Sent(request.Headers.Origin, request.Headers["Sec-Fetch-Site"], request.Scheme, host, onlyReads)
            ? Refuse(context, StatusCodes.Status403Forbidden,
                "This request comes from a page of another site. The lab can only be used from the dashboard's own pages and from scripts.")
            : PassAsync(context);
    }

    private async Task PassAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (IOException broken) when (BrokenBody.IsCause(broken) && !context.Response.HasStarted)
        {
            await Refuse(context, StatusCodes.Status400BadRequest, BrokenBody.Sentence);
        }
    }

    private static Task Refuse(HttpContext context, int status, string sentence) => ApiProblems.AnswerAsync(context, new CommandException(status, sentence));
}
