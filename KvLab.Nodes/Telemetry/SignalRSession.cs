using KvLab.Core.Events;
using MessagePack.Resolvers;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace KvLab.Nodes.Telemetry;

/// <summary>
/// A SignalR connection to the dashboard's hub: MessagePack as SignalR's own default options have it, so that the two ends agree without
/// sharing more than <see cref="TelemetryContract"/>.
/// </summary>
internal sealed class SignalRSession : IDashboardSession
{
    private readonly HubConnection _hub;
    private readonly CancellationTokenSource _ended = new();

    private SignalRSession(HubConnection hub)
    {
        _hub = hub;
        _hub.Closed += _ => _ended.CancelAsync();
    }

    public CancellationToken Ended => _ended.Token;

    public static async Task<IDashboardSession> ConnectAsync(string dashboardUrl, string? token, CancellationToken cancellation)
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(dashboardUrl + TelemetryContract.HubPath, options =>
            {
                // One round trip less, and nothing but a node ever speaks to this hub.
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
                options.WebSocketConfiguration = socket => socket.Proxy = null;
                if (token is not null) options.Headers[TelemetryContract.TokenHeader] = token;
            })
            .AddMessagePackProtocol(options => options.SerializerOptions = options.SerializerOptions.WithResolver(
                CompositeResolver.Create(TelemetryFormats.Instance, options.SerializerOptions.Resolver)))
            .Build();
        var session = new SignalRSession(hub);
        try
        {
            await hub.StartAsync(cancellation);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public Task<long> HelloAsync(NodeHello hello, CancellationToken cancellation) =>
        _hub.InvokeAsync<long>(TelemetryContract.Hello, hello, cancellation);

    public Task<long> ReportAsync(EventBatch batch, CancellationToken cancellation) =>
        _hub.InvokeAsync<long>(TelemetryContract.Report, batch, cancellation);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _ended.Dispose();
    }
}
