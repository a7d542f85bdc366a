using KvLab.Core.Callers;
using KvLab.Core.Events;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Endpoints;

/// <summary>Guards what only the cluster's own members and its dashboard may call. Without a token everybody may; then the node listens on loopback only.</summary>
internal sealed class ClusterToken(string? token)
{
    private readonly SharedSecret? _expected = token is null ? null : new SharedSecret(token);

    /// <summary>The handler, for callers that know the token.</summary>
    public RequestDelegate Guard(RequestDelegate handler)
    {
        if (_expected is null) return handler;
        return context =>
        {
            if (Knows(context.Request)) return handler(context);
            throw new ProblemException(StatusCodes.Status401Unauthorized,
                $"This call needs the cluster's token: send it as \"{TelemetryContract.TokenHeader}: <token>\" or \"Authorization: Bearer <token>\".");
        };
    }

    /// <summary>The leader says with every request to a follower where it is reached. Only a member of the cluster is believed.</summary>
    public void LearnLeader(HttpRequest request, Node node)
    {
        string? url = request.Headers[ClusterHttp.LeaderUrlHeader];
        if (url is null || node.Leader is not null || url == node.LeaderUrl || url == node.Url || !Knows(request)) return;
        if (NodeUrl.Normalize(url) is { } leaderUrl) node.LeaderUrl = leaderUrl;
    }

    private bool Knows(HttpRequest request) =>
        _expected is null || _expected.Matches(request.Headers[TelemetryContract.TokenHeader]) || _expected.Matches(SharedSecret.OfBearer(request.Headers.Authorization));
}
