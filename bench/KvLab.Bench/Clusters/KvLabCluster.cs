using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KvLab.Bench.Load;
using KvLab.Core.Replication;

namespace KvLab.Bench.Clusters;

/// <summary>The lab as people start it: Release builds, each node a process.</summary>
internal sealed class KvLabCluster : ICluster
{
    private readonly List<Child> _children = [];
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-bench-").FullName;
    private readonly KvLabOptions _options;
    private readonly HttpClient _http = new();
    private int _leaderId;
    private int[] _followerIds = [];

    private KvLabCluster(KvLabOptions options) => _options = options;

    public string Name => _options.Dashboard ? "KvLab" : "KvLab without dashboard";

    public Uri Leader { get; private set; } = new("http://127.0.0.1");

    /// <summary>Null without one.</summary>
    public Uri? Dashboard { get; private set; }

    public IReadOnlyList<int> NodeIds => [_leaderId, .. _followerIds];

    public int? DashboardId => Dashboard is null ? null : _children[0].Id;

    /// <summary>The processes' ids by role, as options to give to <c>load</c>.</summary>
    public IReadOnlyList<CpuMeter> Meters()
    {
        CpuMeter[] nodes = [new("leader", _leaderId), new("followers", _followerIds)];
        return DashboardId is { } id ? [.. nodes, new("dashboard", id)] : nodes;
    }

    public Target Target(int keys, int valueBytes) => HttpTarget.Write(Leader, keys, valueBytes);

    public static async Task<KvLabCluster> StartAsync(KvLabOptions options)
    {
        var cluster = new KvLabCluster(options);
        try
        {
            await (options.Dashboard ? cluster.StartWithDashboardAsync() : cluster.StartNodesAsync());
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private async Task StartWithDashboardAsync()
    {
        string[] args =
        [
            Built.Program("KvLab.Web"), "--urls", Invariant($"http://127.0.0.1:{_options.BasePort + KvLabOptions.DashboardOffset}"),
            Invariant($"--Cluster:BasePort={_options.BasePort}"), Invariant($"--Cluster:Followers={_options.Followers}"), Invariant($"--Cluster:WriteQuorum={_options.Quorum}"),
            Invariant($"--Cluster:MinDelayMs={_options.MinDelayMs}"), Invariant($"--Cluster:MaxDelayMs={_options.MaxDelayMs}"), $"--KVLAB_DATA={_data}",
        ];
        var (child, rest) = await Child.StartAsync("dotnet", args, null, "KvLab is running at ");
        _children.Add(child);
        Dashboard = new Uri(rest.Split(' ')[0]);
        var nodes = (await GetAsync("/api/cluster"))["nodes"]!.AsArray().Select(n => n!).ToList();
        var leader = nodes.Single(n => n["role"]!.GetValue<string>() == "leader");
        Leader = new Uri(leader["url"]!.GetValue<string>());
        _leaderId = leader["pid"]!.GetValue<int>();
        _followerIds = [.. nodes.Where(n => n != leader).Select(n => n["pid"]!.GetValue<int>())];
    }

    private async Task StartNodesAsync()
    {
        var followers = await Task.WhenAll(Enumerable.Range(1, _options.Followers).Select(n => StartNodeAsync(new()
        {
            ["ROLE"] = "follower",
            ["NODE_ID"] = Invariant($"follower-{n}"),
            ["PORT"] = Invariant($"{_options.BasePort + n}"),
        })));
        var leader = await StartNodeAsync(new()
        {
            ["ROLE"] = "leader",
            ["NODE_ID"] = "leader",
            ["PORT"] = Invariant($"{_options.BasePort}"),
            ["FOLLOWERS"] = string.Join(',', followers.Select((f, i) => Invariant($"follower-{i + 1}={f.Url}"))),
            ["WRITE_QUORUM"] = Invariant($"{_options.Quorum}"),
            ["MIN_DELAY_MS"] = Invariant($"{_options.MinDelayMs}"),
            ["MAX_DELAY_MS"] = Invariant($"{_options.MaxDelayMs}"),
        });
        (Leader, _leaderId) = (new Uri(leader.Url), leader.Id);
        _followerIds = [.. followers.Select(f => f.Id)];
    }

    private async Task<(string Url, int Id)> StartNodeAsync(Dictionary<string, string> environment)
    {
        var (child, url) = await Child.StartAsync("dotnet", [Built.Program("KvLab.Nodes")], environment, " ready on ");
        lock (_children) _children.Add(child);
        return (url, child.Id);
    }

    /// <summary>Asks the dashboard's REST API.</summary>
    public async Task<JsonNode> GetAsync(string path) => (await _http.GetFromJsonAsync<JsonNode>(new Uri(Dashboard!, path)))!;

    /// <param name="body">Sent as JSON, unless it is a content already.</param>
    public async Task<JsonNode> SendAsync(HttpMethod method, string path, object body)
    {
        using var request = new HttpRequestMessage(method, new Uri(Dashboard!, path)) { Content = body as HttpContent ?? JsonContent.Create(body) };
        using var answer = await _http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new BenchException($"{method} {path}: {text}");
    }

    /// <summary>The counter of the leader's last write.</summary>
    public async Task<long> LastVersionAsync() => (await _http.GetFromJsonAsync<JsonNode>(new Uri(Leader, "/health")))!["lastVersion"]!.GetValue<long>();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children) await child.DisposeAsync();
        await Built.GoneAsync(NodeIds);
        Directory.Delete(_data, recursive: true);
        _http.Dispose();
    }
}
