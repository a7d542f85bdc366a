using System.Security.Cryptography;
using System.Text;
using KvLab.Core.Events;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Transport;

namespace KvLab.Nodes.Endpoints;

/// <summary>Guards what only the cluster's own members and its dashboard may call. Without a token everybody may; then the node listens on loopback only.</summary>
internal sealed class ClusterToken(string? token)
{
    private const string Bearer = "Bearer ";
    private readonly byte[]? _expected = token is null ? null : Encoding.UTF8.GetBytes(token);

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
        if (url is null || node.Leader is not null || url == node.LeaderUrl || !Knows(request)) return;
        if (NodeUrl.Normalize(url) is { } leaderUrl) node.LeaderUrl = leaderUrl;
    }

    private bool Knows(HttpRequest request)
    {
        if (_expected is null) return true;
        if (Matches(request.Headers[TelemetryContract.TokenHeader])) return true;
        string? authorization = request.Headers.Authorization;
        return authorization is not null && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && Matches(authorization[Bearer.Length..].Trim());
    }

    // The time that the comparison takes says nothing about where a wrong token differs.
    private bool Matches(string? given) =>
        given is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), _expected);
}
