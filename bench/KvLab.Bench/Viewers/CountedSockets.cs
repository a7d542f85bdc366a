using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Connections.Client;

namespace KvLab.Bench.Viewers;

/// <summary>WebSockets as a browser opens them (compressed where the server agrees), with their bytes counted on the wire.</summary>
internal sealed class CountedSockets : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private long _received;

    public CountedSockets() => _http = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false, ConnectCallback = ConnectAsync });

    /// <summary>Bytes that came from the server, with all headers of HTTP and WebSocket.</summary>
    public long Received => Interlocked.Read(ref _received);

    public async ValueTask<WebSocket> OpenAsync(WebSocketConnectionContext context, CancellationToken cancellation)
    {
        var socket = new ClientWebSocket();
        socket.Options.DangerousDeflateOptions = new WebSocketDeflateOptions();
        await socket.ConnectAsync(context.Uri, _http, cancellation);
        return socket;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(context.DnsEndPoint, cancellation);
        return new CountingStream(socket, read => Interlocked.Add(ref _received, read));
    }

    public void Dispose() => _http.Dispose();

    private sealed class CountingStream(Socket socket, Action<int> read) : NetworkStream(socket, ownsSocket: true)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await base.ReadAsync(buffer, cancellationToken);
            read(count);
            return count;
        }
    }
}
