using System.Net;
using KvLab.Core.Callers;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Options;

namespace KvLab.Nodes.Endpoints;

/// <summary>
/// Keeps web pages of other sites from using this node through the browser of somebody on its machine (docs/decisions/0027), and clients without the token from one that other
/// machines can reach (0028).
/// </summary>
internal sealed class NodeGuard(NodeOptions options, ClusterToken token)
{
    private readonly bool _beyondLoopback = !IPAddress.IsLoopback(options.Host);

    private readonly AllowedHosts _hosts = new([
        .. options.AllowedHosts, options.Host.ToString(), Environment.MachineName,
        .. options.AdvertisedUrl is { } url ? [new Uri(url).Host] : Array.Empty<string>(),
    ]);

    private readonly bool _clientsNeedToken = (options.ClientAccess ?? (IPAddress.IsLoopback(options.Host) ? ClientAccess.Open : ClientAccess.Token)) == ClientAccess.Token;

    public Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        var request = context.Request;
        var host = request.Host.Value;
        if (!_hosts.Allows(host, _beyondLoopback))
            throw new ProblemException(StatusCodes.Status400BadRequest,
                $"This node is not called {request.Host.Host}. It answers to {string.Join(", ", _hosts.Names)} and to its own addresses. To let it be called {request.Host.Host} too, start it with ALLOWED_HOSTS={request.Host.Host}.");
        var onlyReads = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (ForeignPage.Sent(request.Headers.Origin, request.Headers["Sec-Fetch-Site"], request.Scheme, host, onlyReads))
            throw new ProblemException(StatusCodes.Status403Forbidden,
                "This request comes from a page of another site. A node takes requests from scripts, from curl and from the dashboard.");
        if (_clientsNeedToken && !IsAboutNothing(request.Path)) token.Require(request);
        return next(context);
    }

    /// <summary>What everybody may ask: whether it lives, and what there is to call.</summary>
    private static bool IsAboutNothing(PathString path) => path == HealthEndpoint.Path || path == OpenApiEndpoint.Path;
}
