using System.Text.Json.Nodes;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Settings;
using KvLab.Nodes.Options;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Tests.Dashboard;
using KvLab.Web.Hosting;
using KvLab.Web.Live;
using KvLab.Web.Experiments;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace KvLab.Tests.Hostile.Fuzz;

/// <summary>A dashboard, a leader and two followers in the test's process, with some data, settings and a stored run: everything that a request could change.</summary>
public sealed class HostileLab : IAsyncDisposable
{
    public const string Token = "the-labs-own-token";

    private readonly string _folder;
    private readonly List<NodeHost> _nodes = [];

    private HostileLab(WebHost dashboard, string folder) => (Dashboard, _folder) = (dashboard, folder);

    public WebHost Dashboard { get; }
    public IReadOnlyList<NodeHost> Nodes => _nodes;
    public NodeHost Leader => _nodes[^1];
    public NodeHost Follower => _nodes[0];
    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { Timeout = ApiFixture.Patience };

    public static async Task<HostileLab> StartAsync(CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("kvlab-hostile-runs-").FullName;
        var lab = new HostileLab(WebHost.Create(["--urls", "http://127.0.0.1:0", "--Cluster:Mode=External", $"--Cluster:Token={Token}", $"--KVLAB_DATA={folder}"]), folder);
        lab.Http.DefaultRequestHeaders.Add(TelemetryContract.TokenHeader, Token);
        await lab.Dashboard.StartAsync(cancellation);
        lab.Dashboard.Services.GetRequiredService<RunStore>().Save(StoredRun.Value);
        var followers = new List<Peer>();
        for (var i = 1; i <= 2; i++)
        {
            var follower = await lab.StartNodeAsync(new NodeOptions { Role = NodeRole.Follower, NodeId = $"follower-{i}", ClusterToken = Token, DashboardUrl = lab.Dashboard.Url }, cancellation);
            followers.Add(new Peer($"follower-{i}", follower.Url));
        }

        await lab.StartNodeAsync(new NodeOptions
        {
            Role = NodeRole.Leader,
            NodeId = "leader",
            Followers = [.. followers],
            ClusterToken = Token,
            DashboardUrl = lab.Dashboard.Url,
            Settings = new LiveSettings { WriteQuorum = 2, MinDelayMs = 0, MaxDelayMs = 0 },
        }, cancellation);
        var state = lab.Dashboard.Services.GetRequiredService<IClusterState>();
        await state.WhenAsync(s => s.Nodes.Count(n => n.State == NodeState.Running) == 3 && s.Settings is not null, ApiFixture.Patience, TimeProvider.System, cancellation);
        using var written = await lab.Http.PostAsync(lab.Dashboard.Url + "/api/writes", new StringContent("{\"key\":\"k1\",\"value\":{\"a\":[1,2]}}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")), cancellation);
        Assert.True(written.IsSuccessStatusCode);
        await state.WhenAsync(s => s.Quiescent && !s.Keys.IsEmpty, ApiFixture.Patience, TimeProvider.System, cancellation);
        return lab;
    }

    /// <summary>A run with one point, as an experiment leaves it.</summary>
    internal static readonly Lazy<KvLab.Core.Experiments.ExperimentRun> StoredRun = new(() =>
        Experiments.WorldExperiment.Run(KvLab.Core.Experiments.Plans.Presets.VersionedAgainstNaive with { Writes = 20, Quorums = [1] }));

    private async Task<NodeHost> StartNodeAsync(NodeOptions options, CancellationToken cancellation)
    {
        var node = new NodeHost(options);
        _nodes.Add(node);
        await node.StartAsync(cancellation);
        await node.Ready.WaitAsync(ApiFixture.Patience, cancellation);
        return node;
    }

    /// <summary>Everything that a refused request must leave as it was. What goes on by the clock is left out.</summary>
    public async Task<string> StateAsync(CancellationToken cancellation)
    {
        var parts = new List<string>();
        foreach (var node in _nodes)
        {
            parts.Add(await TextAsync(node.Url + "/dump", cancellation));
            parts.Add(await TextAsync(node.Url + "/config", cancellation));
            parts.Add(await TextAsync(node.Url + "/internal/faults", cancellation));
            var health = await JsonAsync(node.Url + "/health", cancellation);
            parts.Add(Only(health, "status", "role", "node", "epoch", "lastVersion", "keys", "leader", "writesInFlight", "pendingDeliveries"));
        }

        var api = Dashboard.Url + "/api/";
        parts.Add(Only(await JsonAsync(api + "cluster", cancellation), "settings", "nodes", "lease", "quiescent"));
        parts.Add(await TextAsync(api + "cluster/failover", cancellation));
        var links = await JsonAsync(api + "cluster/links", cancellation);
        parts.Add(links!["otherSide"]!.ToJsonString() + string.Join(";", links["links"]!.AsArray().Select(l => Only(l, "follower", "faults"))));
        foreach (var list in (string[])["experiments", "scenarios/runs", "chaos", "bursts", "drills/durability", "writes", "durability", "cluster/rolled-back"])
            parts.Add(await TextAsync(api + list, cancellation));
        return string.Join("\n", parts);
    }

    /// <summary>As it is when it has come to rest: news of what is over may still be under way.</summary>
    /// <param name="expected">Null: as it is twice in a row.</param>
    public async Task<string> SettledStateAsync(string? expected, CancellationToken cancellation)
    {
        var last = await StateAsync(cancellation);
        for (var look = 0; look < 30; look++)
        {
            if (last == expected) return last;
            await Task.Delay(200, cancellation);
            var now = await StateAsync(cancellation);
            if (expected is null && now == last) return now;
            last = now;
        }

        return last;
    }

    private static string Only(JsonNode? json, params string[] fields) => string.Join(";", fields.Select(f => $"{f}={json![f]?.ToJsonString()}"));

    private async Task<JsonNode?> JsonAsync(string url, CancellationToken cancellation) => JsonNode.Parse(await TextAsync(url, cancellation));

    private async Task<string> TextAsync(string url, CancellationToken cancellation)
    {
        using var answer = await Http.GetAsync(new Uri(url), cancellation);
        Assert.True(answer.IsSuccessStatusCode, $"{url} answered {(int)answer.StatusCode}.");
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var node in Enumerable.Reverse(_nodes)) await node.DisposeAsync();
        await Dashboard.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
