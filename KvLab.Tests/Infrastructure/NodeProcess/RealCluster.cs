using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Xunit;

namespace KvLab.Tests.Infrastructure.NodeProcess;

/// <summary>A leader and its followers as processes on free ports, with no simulated delay unless the test asks for one.</summary>
internal sealed class RealCluster : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Defaults = new()
    {
        ["MIN_DELAY_MS"] = "0",
        ["MAX_DELAY_MS"] = "0",
        // A request that gets no answer fails the test by itself, not the machine's load.
        ["REPLICATION_TIMEOUT_MS"] = "30000",
        ["PARENT_WATCH"] = "stdin",
    };

    private const int LowestPort = 20_000;
    private const int PortCount = 12_000;

    // Runs of the tests side by side begin at different places.
    private static int _portsGiven = Environment.ProcessId * 97 % PortCount;

    private readonly Dictionary<string, string> _settings;
    private readonly List<RealNode?> _followers = [];
    private readonly List<int> _followerPorts = [];
    private readonly int _leaderPort = FreePort();
    private RealNode? _leader;

    private RealCluster(Dictionary<string, string> settings) => _settings = settings;

    public string Leader => $"http://127.0.0.1:{_leaderPort}";
    public RealNode LeaderNode => _leader!;

    /// <summary>Address of follower-<paramref name="number"/>, 1 … N.</summary>
    public string Follower(int number) => $"http://127.0.0.1:{_followerPorts[number - 1]}";
    public RealNode FollowerNode(int number) => _followers[number - 1]!;
    public int Followers => _followerPorts.Count;

    public static async Task<RealCluster> StartAsync(int followers, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(Defaults);
        foreach (var (name, value) in settings) all[name] = value;
        var cluster = new RealCluster(all);
        try
        {
            for (var i = 0; i < followers; i++)
            {
                cluster._followerPorts.Add(FreePort());
                cluster._followers.Add(null);
            }

            await Task.WhenAll([.. Enumerable.Range(1, followers).Select(cluster.StartFollowerAsync), cluster.StartLeaderAsync()]);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task StartLeaderAsync() => _leader = await RealNode.StartAsync(new Dictionary<string, string>(_settings)
    {
        ["ROLE"] = "leader",
        ["PORT"] = _leaderPort.ToString(),
        ["FOLLOWERS"] = string.Join(",", Enumerable.Range(1, Followers).Select(Follower)),
    });

    public Task StartFollowerAsync(int number) => StartFollowerAsync(number, []);

    /// <param name="settings">For this follower, beside the cluster's or instead of them.</param>
    public async Task StartFollowerAsync(int number, params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(_settings)
        {
            ["ROLE"] = "follower",
            ["NODE_ID"] = $"follower-{number}",
            ["PORT"] = _followerPorts[number - 1].ToString(),
        };
        foreach (var (name, value) in settings) all[name] = value;
        _followers[number - 1] = await RealNode.StartAsync(all);
    }

    public Task<NodeReply> WriteAsync(string key, string json, string? more = null) =>
        NodeHttp.PostAsync(Leader + "/write", $$"""{"key":"{{key}}","value":{{json}}{{more}}}""");

    public Task<NodeReply> PatchAsync(string json) => NodeHttp.SendAsync(HttpMethod.Patch, Leader + "/config", json);

    public static async Task<JsonObject> DumpAsync(string url) => (JsonObject)(await NodeHttp.GetAsync(url + "/dump")).Body!;

    /// <summary>No write in flight, no delivery pending: only then may replicas be compared.</summary>
    public Task UntilQuiescentAsync(string? token = null) => Patience.UntilAsync(
        async () => (bool)(await NodeHttp.GetAsync(Leader + "/internal/status", token))["quiescent"]!, "the cluster comes to rest");

    /// <summary>All replicas hold the same entries: every key with the same version and value (P5).</summary>
    public async Task AssertConvergedAsync()
    {
        await UntilQuiescentAsync();
        var leader = await DumpAsync(Leader);
        for (var i = 1; i <= Followers; i++)
        {
            var follower = await DumpAsync(Follower(i));
            Assert.True(JsonNode.DeepEquals(leader, follower), $"follower-{i} differs from the leader:\n{follower}\n{leader}");
        }
    }

    /// <summary>
    /// A port that nobody listens on now, and that this process does not give out again. Below the range that the kernel takes for
    /// outgoing connections, so that nobody gets it by chance between now and the node's start.
    /// </summary>
    public static int FreePort() => FreePorts(1);

    /// <returns>The first of so many ports in a row, all of them free.</returns>
    public static int FreePorts(int count)
    {
        while (true)
        {
            var offset = (Interlocked.Add(ref _portsGiven, count) - count) % PortCount;
            var first = LowestPort + Math.Min(offset, PortCount - count);
            if (Enumerable.Range(first, count).All(IsFree)) return first;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _followers.Append(_leader))
            if (node is not null) await node.DisposeAsync();
    }
}
