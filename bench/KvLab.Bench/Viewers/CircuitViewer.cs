using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;

namespace KvLab.Bench.Viewers;

/// <param name="WireBytes">All that came over the WebSocket, compressed as it is for a browser.</param>
/// <param name="RenderBytes">Of render batches, before compression.</param>
internal readonly record struct CircuitCounts(long Renders, long WireBytes, long RenderBytes)
{
    public static CircuitCounts operator -(CircuitCounts a, CircuitCounts b) =>
        new(a.Renders - b.Renders, a.WireBytes - b.WireBytes, a.RenderBytes - b.RenderBytes);
}

/// <summary>
/// One open page without its browser: loads the page, starts its circuit as blazor.web.js does, confirms every render and answers what the
/// page asks of JavaScript. To the dashboard it is a viewer like any other, and it costs next to nothing itself.
/// </summary>
internal sealed partial class CircuitViewer : IAsyncDisposable
{
    /// <summary>The height of each virtualised list, as on a screen of 1366 × 768.</summary>
    private const int ListPx = 360;

    private const string Asked = "asked";

    private readonly CountedSockets _sockets = new();
    private readonly HubConnection _hub;
    private readonly Uri _page;
    private int _renders;
    private long _renderBytes;
    private readonly TaskCompletionSource<long> _asker = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource<byte[]> _answer = new();
    private byte[] _bytes = [];
    private int _nextCall;
    private string? _error;

    private CircuitViewer(Uri page)
    {
        _page = page;
        var builder = new HubConnectionBuilder().WithUrl(new Uri(page, "/_blazor"), HttpTransportType.WebSockets, options =>
        {
            options.SkipNegotiation = true;
            options.WebSocketFactory = _sockets.OpenAsync;
        });
        builder.Services.AddSingleton<IHubProtocol, BlazorPack>();
        _hub = builder.Build();
        _hub.On<int, byte[]>("JS.RenderBatch", RenderAsync);
        _hub.On<long, string, string?, int, long, int>("JS.BeginInvokeJS", CallAsync);
        _hub.On<int, byte[]>("JS.ReceiveByteArray", (_, bytes) => _bytes = bytes);
        _hub.On<string, bool, string?>("JS.EndInvokeDotNet", (call, succeeded, result) =>
        {
            if (!succeeded) _error ??= result;
            if (call == Asked) _answer.TrySetResult(_bytes);
        });
        _hub.On<string>("JS.Error", error => _error ??= error);
        _hub.On<int, string>("JS.AttachComponent", (_, _) => { });
        _hub.On<long>("JS.EndUpdateRootComponents", _ => { });
        _hub.Closed += failure =>
        {
            if (failure is not null) _error ??= failure.Message;
            return Task.CompletedTask;
        };
    }

    /// <summary>So far.</summary>
    public CircuitCounts Counts => new(Volatile.Read(ref _renders), _sockets.Received, Interlocked.Read(ref _renderBytes));

    /// <summary>Why the circuit ended or what it complained of; null for a sound one.</summary>
    public string? Error => _error;

    public static async Task<CircuitViewer> OpenAsync(HttpClient http, Uri page)
    {
        var viewer = new CircuitViewer(page);
        var html = await http.GetStringAsync(page);
        var state = PersistedState().Match(html).Groups[1].Value;
        var operations = Markers().Matches(html).Select((marker, i) => $$"""{"type":"add","ssrComponentId":{{i + 1}},"marker":{{marker.Groups[1].Value}}}""");
        await viewer._hub.StartAsync();
        var origin = page.GetLeftPart(UriPartial.Authority) + "/";
        if (await viewer._hub.InvokeAsync<string?>("StartCircuit", origin, page.ToString(), "[]", state) is null)
            throw new BenchException("The dashboard did not start a circuit.");
        await viewer._hub.SendAsync("UpdateRootComponents", $$"""{"batchId":1,"operations":[{{string.Join(',', operations)}}]}""", state);
        return viewer;
    }

    private Task RenderAsync(int batch, byte[] data)
    {
        Interlocked.Increment(ref _renders);
        Interlocked.Add(ref _renderBytes, data.Length);
        return _hub.SendAsync("OnRenderCompleted", batch, (string?)null);
    }

    /// <summary>Asks as the page's script does, one question at a time.</summary>
    /// <param name="arguments">A JSON array.</param>
    public async Task<byte[]> AskAsync(string method, string arguments)
    {
        var patience = TimeSpan.FromSeconds(30);
        var asker = await _asker.Task.WaitAsync(patience);
        _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _hub.SendAsync("BeginInvokeDotNetFromJS", Asked, null, method, asker, arguments);
        return await _answer.Task.WaitAsync(patience);
    }

    private async Task CallAsync(long call, string function, string? arguments, int resultType, long target, int callType)
    {
        if (call != 0) await _hub.SendAsync("EndInvokeJSFromDotNet", call, true, string.Create(CultureInfo.InvariantCulture, $"[{call},true,{Answer(function, resultType)}]"));
        if (function.EndsWith("Virtualize.init", StringComparison.Ordinal)) await ShowListAsync(arguments!);
        if (function == "create") Remember(arguments!);
    }

    private static string Answer(string function, int resultType) => (function, resultType) switch
    {
        // A reference to an object of JavaScript.
        (_, 1) => """{"__jsObjectId":1}""",
        // Whether the system's theme is dark.
        ("connect", _) => "false",
        _ => "null",
    };

    /// <summary>What the browser reports when the upper end of a list is in view.</summary>
    private async Task ShowListAsync(string arguments)
    {
        using var parsed = JsonDocument.Parse(arguments);
        var list = parsed.RootElement[0].GetProperty("__dotNetObject").GetInt64();
        var number = Interlocked.Increment(ref _nextCall).ToString(CultureInfo.InvariantCulture);
        await _hub.SendAsync("BeginInvokeDotNetFromJS", number, null, "OnSpacerBeforeVisible", list, $"[0,{ListPx},{ListPx}]");
    }

    /// <summary>Whom the script of this page's canvas asks.</summary>
    private void Remember(string arguments)
    {
        using var parsed = JsonDocument.Parse(arguments);
        foreach (var argument in parsed.RootElement.EnumerateArray())
            if (argument.ValueKind == JsonValueKind.Object && argument.TryGetProperty("__dotNetObject", out var asker)) _asker.TrySetResult(asker.GetInt64());
    }

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _sockets.Dispose();
    }

    [GeneratedRegex("<!--Blazor:({.*?})-->")]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex PersistedState();
}
