using System.Text.RegularExpressions;
using KvLab.Tests.Dashboard;
using KvLab.Web.Components.Parts;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>Somebody who looks at the page meanwhile: a circuit that is really open and draws, without a browser. Calls of JavaScript are never answered, which the page survives for a minute.</summary>
internal sealed partial class OpenCircuit : IAsyncDisposable
{
    private readonly HubConnection _connection;
    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pictures;

    private OpenCircuit(HubConnection connection)
    {
        _connection = connection;
        connection.On<long, byte[]>("JS.RenderBatch", (batch, _) => DrawnAsync(batch));
        connection.On<string>("JS.Error", error => _ended.TrySetResult(error));
        connection.Closed += failure =>
        {
            _ended.TrySetResult(failure?.Message ?? "closed");
            return Task.CompletedTask;
        };
    }

    /// <summary>Why it is over; null while it is open.</summary>
    public string? Ended => _ended.Task.IsCompletedSuccessfully ? _ended.Task.Result : null;

    /// <summary>How often the page was drawn anew.</summary>
    public int Pictures => Volatile.Read(ref _pictures);

    /// <param name="path">What stands in the browser's line.</param>
    public static async Task<OpenCircuit> OpenAsync(HostileLab lab, string path, CancellationToken cancellation)
    {
        var page = await lab.Http.GetStringAsync(new Uri(lab.Dashboard.Url + "/"), cancellation);
        var markers = Markers().Matches(page).Select(m => m.Groups[1].Value).Where(m => m.Contains("\"descriptor\"", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(markers);
        var state = State().Match(page) is { Success: true } found ? found.Groups[1].Value : "";
        // The server's own protocol for pages: its only other implementation is JavaScript.
        var protocol = typeof(CircuitHandler).Assembly.GetType("Microsoft.AspNetCore.Components.Server.BlazorPack.BlazorPackHubProtocol", throwOnError: true)!;
        var builder = new HubConnectionBuilder().WithUrl(lab.Dashboard.Url + "/_blazor", options =>
        {
            options.Transports = HttpTransportType.WebSockets;
            options.SkipNegotiation = true;
        });
        builder.Services.AddSingleton((IHubProtocol)Activator.CreateInstance(protocol, nonPublic: true)!);
        var circuit = new OpenCircuit(builder.Build());
        await circuit._connection.StartAsync(cancellation);
        var id = await circuit._connection.InvokeAsync<string?>("StartCircuit", lab.Dashboard.Url + "/", lab.Dashboard.Url + path, $"[{string.Join(",", markers)}]", state, cancellation);
        Assert.NotNull(id);
        var started = TimeProvider.System.GetTimestamp();
        while (circuit is { Pictures: 0, Ended: null } && TimeProvider.System.GetElapsedTime(started) < ApiFixture.Patience) await Task.Delay(50, cancellation);
        Assert.True(circuit is { Ended: null, Pictures: > 0 }, $"{path}: {circuit.Ended ?? "nothing was drawn"}");
        return circuit;
    }

    private async Task DrawnAsync(long batch)
    {
        Interlocked.Increment(ref _pictures);
        await _connection.SendAsync("OnRenderCompleted", batch, null);
    }

    [GeneratedRegex("<!--Blazor:({.*?})-->")]
    private static partial Regex Markers();

    [GeneratedRegex("<!--Blazor-Server-Component-State:(.*?)-->")]
    private static partial Regex State();

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
