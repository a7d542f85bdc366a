using System.Collections.Concurrent;
using KvLab.Core.Events;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>
/// The dashboard's hub as the contract says, and nothing else: real SignalR with JSON and MessagePack, on a port of its own. What it
/// heard outlives it, so that a test can end one and start another that goes on, or that knows nothing.
/// </summary>
internal sealed class FakeDashboard : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeDashboard(WebApplication app, HeardEvents heard)
    {
        _app = app;
        Heard = heard;
    }

    public HeardEvents Heard { get; }

    public string Url => _app.Urls.First();

    public static async Task<FakeDashboard> StartAsync(int port = 0, HeardEvents? heard = null)
    {
        heard ??= new HeardEvents();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddSingleton(heard);
        builder.Services.AddSignalR(o => o.MaximumReceiveMessageSize = 1024 * 1024).AddMessagePackProtocol();
        var app = builder.Build();
        app.MapHub<Hub>(TelemetryContract.HubPath);
        await app.StartAsync();
        return new FakeDashboard(app, heard);
    }

    /// <summary>Ends connections at once, as a killed process does.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await _app.StopAsync(now.Token);
        }
        catch (OperationCanceledException)
        {
            // As meant.
        }

        await _app.DisposeAsync();
    }

    internal sealed class Hub(HeardEvents heard) : Microsoft.AspNetCore.SignalR.Hub
    {
        public long Hello(NodeHello hello)
        {
            heard.Token = Context.GetHttpContext()!.Request.Headers[TelemetryContract.TokenHeader];
            return heard.Hello(hello);
        }

        public long ReportPacked(ReadOnlyMemory<byte> packed) => Report(EventCodec.Read(packed.Span));

        public long Report(EventBatch batch)
        {
            var highest = heard.Take(batch);
            // The node must be able to live with an answer that is lost: it sends again, and nothing counts twice.
            if (heard.LoseNextAnswer)
            {
                heard.LoseNextAnswer = false;
                Context.Abort();
            }

            return highest;
        }
    }
}

/// <summary>Everything that nodes reported, by incarnation.</summary>
internal sealed class HeardEvents
{
    private readonly ConcurrentDictionary<string, List<NodeEvent>> _events = new();

    public ConcurrentQueue<NodeHello> Hellos { get; } = new();
    public volatile bool LoseNextAnswer;
    public volatile string? Token;
    private int _repeated;

    /// <summary>Events that came although they were known.</summary>
    public int Repeated => _repeated;

    /// <summary>As the latest message said.</summary>
    public long Dropped { get; private set; }

    public IEnumerable<string> Incarnations => _events.Keys;

    public IReadOnlyList<NodeEvent> Of(string node)
    {
        var lists = _events.Values.ToList();
        return [.. lists.SelectMany(l => { lock (l) return l.ToList(); }).Where(e => e.Node == node)];
    }

    public long Hello(NodeHello hello)
    {
        Hellos.Enqueue(hello);
        var list = _events.GetOrAdd(hello.Incarnation, _ => []);
        lock (list) return list.Count == 0 ? 0 : list[^1].Sequence;
    }

    public long Take(EventBatch batch)
    {
        var list = _events.GetOrAdd(batch.Incarnation, _ => []);
        lock (list)
        {
            Dropped = batch.Dropped;
            foreach (var e in batch.Events)
            {
                if (list.Count > 0 && e.Sequence <= list[^1].Sequence) Interlocked.Increment(ref _repeated);
                else list.Add(e);
            }

            return list.Count == 0 ? 0 : list[^1].Sequence;
        }
    }
}
