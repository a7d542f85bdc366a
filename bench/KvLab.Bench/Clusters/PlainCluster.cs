using System.Globalization;
using KvLab.Bench.Load;

namespace KvLab.Bench.Clusters;

/// <summary>A leader and five followers of <see cref="PlainNode"/>, each a process.</summary>
internal sealed class PlainCluster : ICluster
{
    private const int Followers = 5;

    private readonly List<Child> _children = [];
    private Uri _leader = new("http://127.0.0.1");

    private PlainCluster()
    {
    }

    public string Name => "plain .NET";

    public Target Target(int keys, int valueBytes) => HttpTarget.Write(_leader, keys, valueBytes);

    public IReadOnlyList<CpuMeter> Meters() => [new("leader", _children[Followers].Id), new("followers", [.. _children.Take(Followers).Select(c => c.Id)])];

    public static async Task<PlainCluster> StartAsync(int basePort, int quorum)
    {
        var cluster = new PlainCluster();
        try
        {
            var urls = new List<string>();
            for (var n = 1; n <= Followers; n++) urls.Add(await cluster.StartNodeAsync(basePort + n));
            cluster._leader = new Uri(await cluster.StartNodeAsync(basePort, "--followers", string.Join(',', urls), "--quorum", quorum.ToString(CultureInfo.InvariantCulture)));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    private async Task<string> StartNodeAsync(int port, params string[] options)
    {
        string[] args = [typeof(PlainCluster).Assembly.Location, PlainNode.Verb, "--port", port.ToString(CultureInfo.InvariantCulture), .. options];
        var (child, url) = await Child.StartAsync("dotnet", args, null, PlainNode.ReadyMark);
        _children.Add(child);
        return url;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var child in _children) await child.DisposeAsync();
    }
}
