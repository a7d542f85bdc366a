using System.Net.WebSockets;
using KvLab.Nodes.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace KvLab.Tests.Infrastructure;

/// <summary>A small reverse proxy: passes everything under a path on to a server, WebSockets too, and nothing else.</summary>
internal sealed class ReverseProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false });
    private readonly string _target;
    private readonly string _path;
    private readonly bool _strips;

    private ReverseProxy(WebApplication app, string target, string path, bool strips) => (_app, _target, _path, _strips) = (app, target, path, strips);

    public string Url => _app.Urls.First();

    /// <summary>What it says of the caller besides <c>Host</c>, which it hands on as it came.</summary>
    public Dictionary<string, string> Says { get; } = [];

    /// <param name="strips">Whether it takes the path off, as <c>proxy_pass http://target/;</c> does.</param>
    public static async Task<ReverseProxy> StartAsync(string target, string path, bool strips)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var proxy = new ReverseProxy(app, target, path, strips);
        app.UseWebSockets();
        app.Run(proxy.PassAsync);
        await app.StartAsync();
        return proxy;
    }

    private Task PassAsync(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments(_path, out var rest))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        var inner = $"{(_strips ? rest : context.Request.Path)}{context.Request.QueryString}";
        return context.WebSockets.IsWebSocketRequest ? BridgeAsync(context, inner) : ExchangeAsync(context, inner);
    }

    private async Task ExchangeAsync(HttpContext context, string inner)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), _target + inner);
        if (context.Request.ContentLength > 0 || context.Request.Headers.ContainsKey("Transfer-Encoding")) request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, value) in context.Request.Headers.Where(h => h.Key is not ("Connection" or "Transfer-Encoding")))
            if (!request.Headers.TryAddWithoutValidation(name, value.ToArray())) request.Content?.Headers.TryAddWithoutValidation(name, value.ToArray());
        foreach (var (name, value) in Says) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await _http.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, value) in response.Headers.Concat(response.Content.Headers).Where(h => h.Key is not ("Transfer-Encoding" or "Connection")))
            context.Response.Headers[name] = value.ToArray();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private async Task BridgeAsync(HttpContext context, string inner)
    {
        using var outward = new ClientWebSocket();
        outward.Options.SetRequestHeader("Host", context.Request.Host.Value);
        foreach (var name in (string[])["Origin", "Cookie"])
            if (context.Request.Headers[name] is { Count: > 0 } value) outward.Options.SetRequestHeader(name, value);
        await outward.ConnectAsync(new Uri("ws" + (_target + inner)["http".Length..]), context.RequestAborted);
        using var inward = await context.WebSockets.AcceptWebSocketAsync();
        await Task.WhenAny(CopyAsync(inward, outward, context.RequestAborted), CopyAsync(outward, inward, context.RequestAborted));
    }

    private static async Task CopyAsync(WebSocket from, WebSocket to, CancellationToken cancellation)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var read = await from.ReceiveAsync(buffer.AsMemory(), cancellation);
                if (read.MessageType == WebSocketMessageType.Close) return;
                await to.SendAsync(buffer.AsMemory(0, read.Count), read.MessageType, read.EndOfMessage, cancellation);
            }
        }
        catch (Exception ended) when (ended is WebSocketException or OperationCanceledException)
        {
            // Whoever went away, the other side goes too.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }
}
