using KvLab.Core.Callers;
using KvLab.Core.Events;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Endpoints;

/// <summary>Guards what only the cluster's own members and its dashboard may call. Without a token everybody may; then the node listens on loopback only.</summary>
internal sealed class ClusterToken(string? token, TimeProvider time)
{
    private readonly CallerToken? _expected = token is null ? null : new CallerToken(token, time);

    /// <summary>The handler, for callers that know the token.</summary>
    public RequestDelegate Guard(RequestDelegate handler)
    {
        if (_expected is null) return handler;
        return context =>
        {
            Require(context.Request);
            return handler(context);
        };
    }

    /// <exception cref="ProblemException">401, or 429 after many wrong tokens from another machine.</exception>
    public void Require(HttpRequest request)
    {
        if (Knows(request, out var wait)) return;
        if (wait is { } seconds)
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "Too many wrong tokens came from this address.") { RetryAfterSeconds = (int)Math.Ceiling(seconds.TotalSeconds) };
        throw new ProblemException(StatusCodes.Status401Unauthorized,
            $"This call needs the cluster's token: send it as \"{TelemetryContract.TokenHeader}: <token>\" or \"Authorization: Bearer <token>\".");
    }

    /// <summary>The leader says with every request to a follower where it is reached. Only a member of the cluster is believed.</summary>
    public void LearnLeader(HttpRequest request, Node node)
    {
        string? url = request.Headers[ClusterHttp.LeaderUrlHeader];
        if (url is null || node.Leader is not null || url == node.LeaderUrl || url == node.Url || !Knows(request, out _)) return;
        if (NodeUrl.Normalize(url) is { } leaderUrl) node.LeaderUrl = leaderUrl;
    }

    private bool Knows(HttpRequest request, out TimeSpan? wait)
    {
        wait = null;
        string? given = request.Headers[TelemetryContract.TokenHeader];
        return _expected is null || _expected.IsRight(given ?? SharedSecret.OfBearer(request.Headers.Authorization), request.HttpContext.Connection.RemoteIpAddress, out wait);
    }
}
