using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using KvLab.Bench.Load;

namespace KvLab.Bench.Clusters;

/// <summary>A Redis primary with five replicas, in memory only.</summary>
internal sealed class RedisCluster : ICluster
{
    private const int Replicas = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Child> _children = [];
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-bench-redis-").FullName;
    private readonly IPEndPoint _primary;
    private readonly int _quorum;

    private RedisCluster(int port, int quorum) => (_primary, _quorum) = (new IPEndPoint(IPAddress.Loopback, port), quorum);

    public string Name => "Redis";

    public Target Target(int keys, int valueBytes) => new RedisTarget(_primary, _quorum, keys, valueBytes);

    public IReadOnlyList<CpuMeter> Meters() => [new("leader", _children[0].Id), new("followers", [.. _children.Skip(1).Select(c => c.Id)])];

    /// <exception cref="NotInstalledException">There is no Redis.</exception>
    /// <exception cref="BenchException">The replicas do not find their primary.</exception>
    public static async Task<RedisCluster> StartAsync(int basePort, int quorum)
    {
        var program = Installed.Require("redis-server", "redis-server");
        var cluster = new RedisCluster(basePort, quorum);
        try
        {
            cluster._children.Add(await Child.StartAsync(program, [.. cluster.Options(basePort), "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"]));
            for (var n = 1; n <= Replicas; n++)
                cluster._children.Add(await Child.StartAsync(program, [.. cluster.Options(basePort + n), "--replicaof", "127.0.0.1", Text(basePort)]));
            await cluster.ReplicasOnlineAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private string[] Options(int port) => ["--port", Text(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _data, "--dbfilename", $"{Text(port)}.rdb"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task ReplicasOnlineAsync()
    {
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(100))
        {
            if (await OnlineAsync() == Replicas) return;
        }

        throw new BenchException($"Redis has not all its replicas: {_children[0].LastLines}");
    }

    private async Task<int> OnlineAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_primary);
            await client.GetStream().WriteAsync("INFO replication\r\nQUIT\r\n"u8.ToArray());
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            return (await reader.ReadToEndAsync()).Split("state=online").Length - 1;
        }
        catch (Exception notYet) when (notYet is SocketException or IOException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children) await child.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}
