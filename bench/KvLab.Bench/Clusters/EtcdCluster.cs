using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using KvLab.Bench.Load;

namespace KvLab.Bench.Clusters;

/// <summary>Five etcd members, of which three must have a write; their logs lie in memory, so that no disk is measured.</summary>
internal sealed class EtcdCluster : ICluster
{
    private const int Members = 5;
    private const int PeerOffset = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Child> _children = [];
    private readonly string _data = Directory.CreateDirectory(Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"kvlab-bench-etcd-{Environment.ProcessId}-{Guid.NewGuid():n}")).FullName;
    private int _leader;
    private Uri _leaderUrl = new("http://127.0.0.1");

    private EtcdCluster()
    {
    }

    public string Name => "etcd";

    public Target Target(int keys, int valueBytes) => HttpTarget.EtcdPut(_leaderUrl, keys, valueBytes);

    public IReadOnlyList<CpuMeter> Meters() =>
        [new("leader", _children[_leader].Id), new("followers", [.. _children.Where((_, i) => i != _leader).Select(c => c.Id)])];

    /// <exception cref="NotInstalledException">There is no etcd.</exception>
    /// <exception cref="BenchException">It does not find a leader.</exception>
    public static async Task<EtcdCluster> StartAsync(int basePort)
    {
        var program = Installed.Require("etcd", "etcd-server");
        var cluster = new EtcdCluster();
        try
        {
            for (var n = 0; n < Members; n++) cluster._children.Add(await Child.StartAsync(program, cluster.Options(basePort, n)));
            await cluster.FindLeaderAsync(basePort);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private string[] Options(int basePort, int n) =>
    [
        "--name", Member(n), "--data-dir", Path.Combine(_data, Member(n)), "--log-level", "error",
        "--listen-client-urls", Client(basePort, n), "--advertise-client-urls", Client(basePort, n),
        "--listen-peer-urls", Client(basePort + PeerOffset, n), "--initial-advertise-peer-urls", Client(basePort + PeerOffset, n),
        "--initial-cluster", string.Join(',', Enumerable.Range(0, Members).Select(m => $"{Member(m)}={Client(basePort + PeerOffset, m)}")), "--initial-cluster-state", "new",
    ];

    private static string Member(int n) => string.Create(CultureInfo.InvariantCulture, $"m{n}");

    private static string Client(int basePort, int n) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{basePort + n}");

    private async Task FindLeaderAsync(int basePort)
    {
        using var http = new HttpClient();
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            for (var n = 0; n < Members; n++)
            {
                if (!await LeadsAsync(http, Client(basePort, n))) continue;
                (_leader, _leaderUrl) = (n, new Uri(Client(basePort, n)));
                return;
            }
        }

        throw new BenchException($"etcd has no leader: {_children[0].LastLines}");
    }

    private static async Task<bool> LeadsAsync(HttpClient http, string member)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(new Uri(member + "/v3/maintenance/status"), new { });
            var status = await answer.Content.ReadFromJsonAsync<JsonNode>();
            return status?["leader"]?.GetValue<string>() is { } leader && leader == status["header"]?["member_id"]?.GetValue<string>();
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children) await child.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
