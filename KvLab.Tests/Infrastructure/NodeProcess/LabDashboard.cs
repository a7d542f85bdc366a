using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvLab.Core.Control;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Hosting;
using KvLab.Web.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>A dashboard in this process with nodes as processes of their own, without simulated delay unless the test asks for one.</summary>
internal sealed class LabDashboard : IAsyncDisposable
{
    private readonly WebHost _host;

    private LabDashboard(WebHost host, LogBook log) => (_host, Log) = (host, log);

    /// <summary>What it wrote to its log.</summary>
    public LogBook Log { get; }

    public string Url => _host.Url;
    public IClusterState State => _host.Services.GetRequiredService<IClusterState>();
    public ClusterSnapshot Snapshot => State.Current;

    /// <summary>The lab as stories and chaos runs tell it what to do; a new one each time.</summary>
    public IClusterControl Control => _host.Services.GetRequiredService<IClusterControl>();
    public string ReadyPhrase => _host.Ready.Result;

    /// <summary>A request that gets no answer fails a write by itself, not the machine's load; a test that waits for the deadline sets one of its own just before.</summary>
    public const int DeadlineMs = 30_000;

    /// <summary>For tests that wait until replicas are repaired: what a period of ten seconds does, half a second does too.</summary>
    public const string QuickRepair = "--Cluster:AntiEntropyMs=500";

    // For followers that a test adds, and for ports that others took: so that no lab turns to a port of another.
    private const int SparePorts = 6;

    /// <summary>Supervised, with followers and ports of its own.</summary>
    public static Task<LabDashboard> StartAsync(int followers, params string[] args) => StartWithAsync(
        [$"--Cluster:Followers={followers}", $"--Cluster:BasePort={RealCluster.FreePorts(followers + 1 + SparePorts)}", "--Cluster:MinDelayMs=0", "--Cluster:MaxDelayMs=0",
            $"--Cluster:ReplicationTimeoutMs={DeadlineMs}", .. args]);

    /// <summary>As told, at any free port unless the arguments name one.</summary>
    public static async Task<LabDashboard> StartWithAsync(params string[] args)
    {
        var log = new LogBook();
        var lab = new LabDashboard(WebHost.Create(["--urls", "http://127.0.0.1:0", .. args], builder => builder.Logging.AddProvider(log)), log);
        try
        {
            await lab._host.StartAsync(TestContext.Current.CancellationToken);
            var phrase = await lab._host.Ready.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
            Assert.False(phrase.Contains("not running", StringComparison.Ordinal), $"{phrase}: {string.Join(" ", lab.Snapshot.Nodes)}");
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public Task<NodeReply> GetAsync(string path) => NodeHttp.GetAsync(Url + path);
    public Task<NodeReply> PostAsync(string path, string? json = null) => NodeHttp.SendAsync(HttpMethod.Post, Url + path, json);
    public Task<NodeReply> PatchAsync(string json) => NodeHttp.SendAsync(HttpMethod.Patch, Url + "/api/cluster/settings", json);
    public Task<NodeReply> DeadlineAsync(int milliseconds) => PatchAsync($$"""{"replicationTimeoutMs":{{milliseconds}}}""");
    public Task<NodeReply> PutAsync(string path, object body) => NodeHttp.SendAsync(HttpMethod.Put, Url + path, JsonSerializer.Serialize(body));
    public Task<NodeReply> DeleteAsync(string path) => NodeHttp.SendAsync(HttpMethod.Delete, Url + path, null);
    public Task<NodeReply> WriteAsync(string key, string json) => PostAsync("/api/writes", $$"""{"key":"{{key}}","value":{{json}}}""");

    public Task<ClusterSnapshot> WhenAsync(Func<ClusterSnapshot, bool> isWanted) =>
        State.WhenAsync(isWanted, Patience.Limit, TimeProvider.System, TestContext.Current.CancellationToken);

    public NodeView Node(string id) => Snapshot.Nodes.Single(n => n.Id == id);

    /// <summary>Runs a burst to its end.</summary>
    public async Task<NodeReply> BurstAsync(int writes, int concurrency, int keys)
    {
        var started = await PostAsync("/api/bursts", $$"""{"writes":{{writes}},"concurrency":{{concurrency}},"keys":{{keys}}}""");
        Assert.Equal(HttpStatusCode.Accepted, started.Status);
        NodeReply? burst = null;
        await Patience.UntilAsync(async () =>
        {
            burst = await GetAsync($"/api/bursts/{started["id"]}");
            return (string)burst["state"]! != "running";
        }, "the burst ends");
        return burst!;
    }

    /// <summary>Every replica holds the same, entry by entry, in quiescence.</summary>
    public async Task<JsonNode> ConvergedAsync()
    {
        NodeReply? report = null;
        await Patience.UntilAsync(async () =>
        {
            report = await GetAsync("/api/convergence");
            return report.Status == HttpStatusCode.OK && (bool)report["quiescent"]!;
        }, "the cluster comes to rest");
        Assert.True((bool)report!["converged"]!, report.Text);
        return report.Body!;
    }

    /// <summary>Also after a node has lost what it held, which the leader notices in its own time.</summary>
    public Task UntilConvergedAsync() => Patience.UntilAsync(
        async () => await GetAsync("/api/convergence") is { Status: HttpStatusCode.OK } report && (bool)report["converged"]!, "all replicas are equal");

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await _host.DisposeAsync();
    }
}
