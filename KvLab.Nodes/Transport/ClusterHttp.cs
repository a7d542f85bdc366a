using System.Globalization;
using System.Net;
using System.Net.Sockets;
using KvLab.Core.Members;
using KvLab.Core.Network;

namespace KvLab.Nodes.Transport;

/// <summary>The one pool of connections from this node to other nodes, and what every request carries.</summary>
public sealed class ClusterHttp : IDisposable
{
    /// <summary>Tells a follower where its leader is reached.</summary>
    public const string LeaderUrlHeader = "X-Leader-Url";

    /// <summary>Its epoch: whoever has seen a newer one knows that the sender leads no more.</summary>
    public const string LeaderEpochHeader = "X-Leader-Epoch";

    private readonly HttpMessageInvoker _invoker = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        // Without a limit a node that does not exist would hold requests for minutes.
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
    });

    private readonly string? _token;

    public ClusterHttp(string? token) => _token = token;

    /// <summary>Set once the address is known.</summary>
    public string? LeaderUrl { get; set; }

    /// <summary>Null while it does not lead.</summary>
    internal Func<long?>? LeaderEpoch { get; set; }

    /// <summary>The node's own: while it is frozen nothing leaves. Null where nothing ever freezes it.</summary>
    internal FaultSwitch? Faults { get; set; }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Version = HttpVersion.Version11;
        if (_token is not null) request.Headers.TryAddWithoutValidation(Core.Events.TelemetryContract.TokenHeader, _token);
        if (LeaderUrl is not null) request.Headers.TryAddWithoutValidation(LeaderUrlHeader, LeaderUrl);
        if (LeaderEpoch?.Invoke() is { } epoch) request.Headers.TryAddWithoutValidation(LeaderEpochHeader, epoch.ToString(CultureInfo.InvariantCulture));
        return Faults is { IsFrozen: true } frozen ? SendWhenThawedAsync(frozen, request, cancellation) : _invoker.SendAsync(request, cancellation);
    }

    private async Task<HttpResponseMessage> SendWhenThawedAsync(FaultSwitch faults, HttpRequestMessage request, CancellationToken cancellation)
    {
        await faults.WhenThawedAsync(cancellation);
        return await _invoker.SendAsync(request, cancellation);
    }

    /// <summary>What a request that got no answer means to whoever sent it.</summary>
    internal static TransportException NotReached(Peer peer, HttpRequestException failure) =>
        failure.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? new TransportException(TransportFailure.Refused, $"No process is listening at {peer.Url}.", failure)
            : new TransportException(TransportFailure.Error, $"The connection to {peer.Id} at {peer.Url} failed: {failure.Message}", failure);

    public void Dispose() => _invoker.Dispose();
}
