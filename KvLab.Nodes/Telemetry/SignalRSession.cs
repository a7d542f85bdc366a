using System.Buffers;
using System.Text.Json.Serialization;
using KvLab.Core.Events;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace KvLab.Nodes.Telemetry;

/// <summary>
/// A SignalR connection to the dashboard's hub, and on it batches as <see cref="EventCodec"/> packs them. SignalR's own part is JSON, by generated code: MessagePack
/// generates its code while it runs, which cost every node 30 MB for three kinds of calls.
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
            .AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolverChain.Insert(0, TelemetryJson.Default))
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

    public Task<long> ReportAsync(EventBatch batch, CancellationToken cancellation)
    {
        var packed = new ArrayBufferWriter<byte>(256 + 32 * batch.Events.Length);
        EventCodec.Write(packed, batch);
        return _hub.InvokeAsync<long>(TelemetryContract.ReportPacked, packed.WrittenMemory, cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _ended.Dispose();
    }
}

/// <summary>What the calls to the dashboard carry.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(NodeHello))]
[JsonSerializable(typeof(ReadOnlyMemory<byte>))]
[JsonSerializable(typeof(long))]
internal sealed partial class TelemetryJson : JsonSerializerContext;
