using System.Globalization;
using KvLab.Core.Callers;
using KvLab.Core.Events;
using KvLab.Nodes.Configuration;
using KvLab.Nodes.Member;
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

    /// <summary>The leader says with every request to a follower where it is reached. For guarded calls: only a member of the cluster is believed.</summary>
    public void LearnLeader(HttpRequest request, Node node)
    {
        // With every batch, and so not looked at twice.
        if (node.Leader is null && (string?)request.Headers[ClusterHttp.LeaderUrlHeader] is { } same && same == node.KnownLeader.Url) node.KnownLeader.Hear(same);
        else if (LeaderOf(request, node) is { } url) node.KnownLeader.Hear(url);
    }

    /// <summary>
    /// Whoever asks may have been replaced and not know it yet: then it is believed neither by one that knows another leader, nor by one that has seen a newer epoch, which
    /// sends no more clients there.
    /// </summary>
    public void HearFrom(HttpRequest request, Node node)
    {
        if (LeaderOf(request, node) is not { } url) return;
        if (long.TryParse(request.Headers[ClusterHttp.LeaderEpochHeader], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch < node.Follower?.Epoch)
            node.KnownLeader.Forget(url);
        else if (node.LeaderUrl is not { } known || known == url)
            node.KnownLeader.Hear(url);
    }

    /// <summary>What it fenced came from one that leads no more.</summary>
    public void ForgetLeader(HttpRequest request, Node node)
    {
        if (LeaderOf(request, node) is { } url) node.KnownLeader.Forget(url);
    }

    private string? LeaderOf(HttpRequest request, Node node) =>
        (string?)request.Headers[ClusterHttp.LeaderUrlHeader] is { } url && node.Leader is null && Knows(request, out _) ? NodeUrl.Normalize(url) : null;

    /// <summary>Without a token everybody is.</summary>
    public bool IsMember(HttpRequest request) => Knows(request, out _);

    private bool Knows(HttpRequest request, out TimeSpan? wait)
    {
        wait = null;
        string? given = request.Headers[TelemetryContract.TokenHeader];
        return _expected is null || _expected.IsRight(given ?? SharedSecret.OfBearer(request.Headers.Authorization), request.HttpContext.Connection.RemoteIpAddress, out wait);
    }
}
