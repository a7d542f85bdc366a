using System.Net;
using KvLab.Core.Events;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>A disk that becomes full under sixteen writing clients: nothing is confirmed that is not stored, and the node continues by itself when there is room.</summary>
[Trait("Category", "Process")]
public sealed class FullDiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-full-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every node has a folder of its own, and a write is confirmed when all have it.</summary>
    private Task<RealCluster> StartAsync(FakeDashboard dashboard) => RealCluster.StartAsync(
        2, ("STORAGE", $"sqlite:{_folder}/{{node}}/"), ("WRITE_QUORUM", "2"), ("REPLICATION_TIMEOUT_MS", "5000"), ("DASHBOARD_URL", dashboard.Url));

    [Theory]
    [InlineData("limit", "leader")]
    [InlineData("limit", "follower-1")]
    [InlineData("disk", "leader")]
    [InlineData("disk", "follower-1")]
    public async Task A_full_disk_costs_no_confirmed_write_is_told_once_and_recovered_from(string kind, string node)
    {
        await using var disk = await TightDisk.CreateAsync(kind, Path.Combine(_folder, node));
        await using var dashboard = await FakeDashboard.StartAsync();
        await using var cluster = await StartAsync(dashboard);
        var (load, running) = await FillAsync(cluster, disk, node);
        if (node == "leader") await AssertRefusedInWordsAsync(cluster);

        await disk.WidenAsync(NodeOf(cluster, node));
        await load.UntilMoreAsync(200);
        await Patience.UntilAsync(() => StorageEvents(dashboard, node).Count == 2, "the dashboard hears that it works again");
        Assert.Equal([(EventKind.StorageFailed, "full"), (EventKind.StorageRecovered, null)], StorageEvents(dashboard, node));

        await RestartAsync(cluster, node);
        await EndAsync(load, running);
    }

    [Theory]
    [InlineData("limit", "leader")]
    [InlineData("disk", "leader")]
    [InlineData("disk", "follower-1")]
    public async Task A_node_that_was_killed_with_its_disk_full_starts_on_it_and_has_what_it_confirmed(string kind, string node)
    {
        await using var disk = await TightDisk.CreateAsync(kind, Path.Combine(_folder, node));
        await using var dashboard = await FakeDashboard.StartAsync();
        await using var cluster = await StartAsync(dashboard);
        var (load, running) = await FillAsync(cluster, disk, node);
        await NodeOf(cluster, node).KillAsync();
        var starting = StartAgainAsync(cluster, node);
        // A leader is ready when it has kept its new epoch, and a follower at once.
        await Patience.UntilAsync(() => ListensAsync(cluster, node), "it listens");
        if (kind == "disk") await disk.WidenAsync(NodeOf(cluster, node));
        await starting;
        await load.UntilMoreAsync(200);
        await EndAsync(load, running);
    }

    /// <summary>Writes until there is no room, and for a while longer.</summary>
    private static async Task<(AckedLoad Load, Task Running)> FillAsync(RealCluster cluster, TightDisk disk, string node)
    {
        var load = new AckedLoad(cluster);
        var running = load.RunAsync();
        await load.UntilMoreAsync(50);
        await disk.TightenAsync(NodeOf(cluster, node));
        // The last small writes may still find room when larger ones do not.
        var (confirmed, refused) = (load.Confirmed, load.Refused);
        await Patience.UntilAsync(() =>
        {
            if (load.Confirmed != confirmed) (confirmed, refused) = (load.Confirmed, load.Refused);
            return load.Refused >= refused + 100;
        }, "a hundred writes are refused in a row");
        Assert.False(NodeOf(cluster, node).HasExited);
        var health = await NodeHttp.GetAsync(UrlOf(cluster, node) + "/health");
        Assert.Equal((HttpStatusCode.OK, false, "full"), (health.Status, (bool)health["storage"]!["ok"]!, (string)health["storage"]!["failure"]!));
        return (load, running);
    }

    private static async Task AssertRefusedInWordsAsync(RealCluster cluster)
    {
        var refused = await cluster.WriteAsync("nobody", $"\"{new string('x', 10_000)}\"");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "full"), (refused.Status, refused.Headers.GetValues("X-Storage-Failure").Single()));
        Assert.Contains("SQLite file leader.db", refused.Detail, StringComparison.Ordinal);
        // Nobody was sent what is not stored.
        Assert.Equal(HttpStatusCode.NotFound, (await NodeHttp.GetAsync(cluster.Follower(1) + "/read/nobody")).Status);
    }

    private static async Task EndAsync(AckedLoad load, Task running)
    {
        await load.UntilMoreAsync(50);
        load.Stop();
        await running;
        await load.VerifyAsync();
    }

    private static async Task RestartAsync(RealCluster cluster, string node)
    {
        await NodeOf(cluster, node).KillAsync();
        await StartAgainAsync(cluster, node);
    }

    private static Task StartAgainAsync(RealCluster cluster, string node) => node == "leader" ? cluster.StartLeaderAsync() : cluster.StartFollowerAsync(1);
    private static RealNode NodeOf(RealCluster cluster, string node) => node == "leader" ? cluster.LeaderNode : cluster.FollowerNode(1);
    private static string UrlOf(RealCluster cluster, string node) => node == "leader" ? cluster.Leader : cluster.Follower(1);

    private static async Task<bool> ListensAsync(RealCluster cluster, string node)
    {
        try
        {
            return (await NodeHttp.GetAsync(UrlOf(cluster, node) + "/health")).Body is not null;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static List<(EventKind, string?)> StorageEvents(FakeDashboard dashboard, string node) =>
        [.. dashboard.Heard.Of(node).Where(e => e.Kind is EventKind.StorageFailed or EventKind.StorageRecovered).Select(e => (e.Kind, e.Reason))];
}
