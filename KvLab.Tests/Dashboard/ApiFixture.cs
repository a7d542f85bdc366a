using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Web.Hosting;
using KvLab.Web.Live;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>A dashboard in this process that waits for nodes, none of which come; what it knows is told to its ingest queue.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-api-").FullName;
    private WebHost? _host;

    public WebHost Host => _host!;
    public HttpClient Http { get; } = new();
    public IClusterState State => Host.Services.GetRequiredService<IClusterState>();

    public async ValueTask InitializeAsync()
    {
        _host = WebHost.Create(["--urls", "http://127.0.0.1:0", "--Cluster:Mode=External", $"--KVLAB_DATA={_data}"]);
        await _host.StartAsync();
        Http.BaseAddress = new Uri(_host.Url);
        var queue = _host.Services.GetRequiredService<IngestQueue>();
        foreach (var (role, node) in new[] { (NodeRoles.Leader, "leader"), (NodeRoles.Follower, "follower-1") })
        {
            await queue.EnqueueAsync(new NodeIntroduced(new NodeHello
            {
                Node = node,
                Incarnation = "a",
                Role = role,
                Url = "http://127.0.0.1:1",
                OldestSequence = 1,
            }), CancellationToken.None);
        }
        NodeEvent Event(long sequence, EventKind kind, string key) => new()
        {
            Node = "follower-1",
            Incarnation = "a",
            Sequence = sequence,
            Kind = kind,
            Key = key,
            Epoch = 1,
            Version = sequence,
            HeldEpoch = 1,
            HeldVersion = 9,
        };
        await queue.EnqueueAsync(new EventsReceived(new EventBatch
        {
            Node = "follower-1",
            Incarnation = "a",
            Events = [Event(1, EventKind.EntryApplied, "k1"), Event(2, EventKind.EntryRefused, "k1"), Event(3, EventKind.EntryApplied, "=k2")],
        }), CancellationToken.None);
        // At rest: when the rate of events falls back to zero, that is one more revision.
        await State.WhenAsync(s => s.Events.Count == 3 && s.Kpis.EventsPerSecond == 0, Patience, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_host is not null) await _host.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    public async Task<(HttpStatusCode Status, JsonElement Body, string? Type)> SendAsync(
        string method, string path, string? body = null, string type = "application/json", params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            if (type.Length > 0) request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var media = response.Content.Headers.ContentType?.MediaType;
        return (response.StatusCode, media?.EndsWith("json", StringComparison.Ordinal) == true && media != "application/x-ndjson" ? JsonElement.Parse(text) : default, media);
    }
}
