using System.Net;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using KvLab.Web.Hosting;
using KvLab.Web.Options;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Which storage a lab's nodes are given, at a start and while it runs; and what cannot be used ends nothing that runs.</summary>
[Trait("Category", "Process")]
public sealed class StorageChangeProcessTests(RedisServer redis, PostgresServer postgres) : IClassFixture<RedisServer>, IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-storage-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<string> StorageAsync(string kind) => StoragePlaces.OfAsync(kind, redis, postgres, _folder);

    [Fact]
    public async Task The_dashboard_gives_every_node_its_storage_and_counts_nothing_as_lost_that_lies_on_a_disk()
    {
        await using var lab = await LabDashboard.StartAsync(2, $"--Cluster:Storage=sqlite:{_folder}/", "--Cluster:StorageOf:follower-2=memory", "--Cluster:MaxDelayMs=1", "--Cluster:WriteQuorum=2", LabDashboard.QuickRepair);
        Assert.Equal(["sqlite", "sqlite", "memory"], lab.Snapshot.Nodes.Select(n => n.Storage));
        var version = (long)(await lab.WriteAsync("k", "1"))["version"]!;
        foreach (var node in (string[])["follower-2", "follower-1", "leader"]) await lab.PostAsync($"/api/cluster/nodes/{node}/kill");
        foreach (var node in (string[])["follower-1", "follower-2", "leader"]) await lab.PostAsync($"/api/cluster/nodes/{node}/start");
        // The follower that lost its memory is sent what it lacks as soon as the leader notices it, not before the leader is ready.
        await lab.UntilConvergedAsync();
        Assert.Equal(version, (long)(await RealCluster.DumpAsync(lab.Node("follower-2").Url))["k"]!["version"]!);
        Assert.Equal(0, (int)(await lab.GetAsync("/api/durability"))["lost"]!);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task A_cluster_starts_again_over_another_storage_and_finds_there_what_it_left(string kind)
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:MaxDelayMs=1", "--Cluster:WriteQuorum=2");
        await lab.WriteAsync("before", "1");
        var storage = await StorageAsync(kind);
        await ChangeAsync(storage);
        Assert.Equal([kind, kind, kind], lab.Snapshot.Nodes.Select(n => n.Storage));
        Assert.Equal(kind == "redis", lab.Snapshot.Nodes[0].StoragePersistence?.Contains("appendfsync always", StringComparison.Ordinal) ?? false);
        Assert.DoesNotContain("before", await KeysAsync());
        await lab.WriteAsync("k", "1");

        await ChangeAsync("memory");
        Assert.DoesNotContain("k", await KeysAsync());
        await ChangeAsync(storage);
        Assert.Contains("k", await KeysAsync());
        // Chosen, and so no loss.
        Assert.Equal(0, (int)(await lab.GetAsync("/api/durability"))["lost"]!);

        async Task<IEnumerable<string>> KeysAsync() => (await RealCluster.DumpAsync(lab.Node("leader").Url)).Select(e => e.Key);

        async Task ChangeAsync(string to)
        {
            var answer = await lab.PutAsync("/api/cluster/storage", new { storage = to });
            Assert.Equal(HttpStatusCode.OK, answer.Status);
        }
    }

    [Fact]
    public async Task A_storage_that_would_end_a_node_ends_none()
    {
        await using var lab = await LabDashboard.StartAsync(1, "--Cluster:MaxDelayMs=1", "--Cluster:WriteQuorum=1");
        await lab.WriteAsync("kept", "1");
        var before = lab.Snapshot.Nodes.Select(n => n.ProcessId);
        var answer = await lab.PutAsync("/api/cluster/storage", new { storageOf = new Dictionary<string, string> { ["follower-1"] = $"sqlite:{await NewerFileAsync()}" } });
        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.Contains("made by a newer KvLab", answer.Detail);
        Assert.Contains("Nothing was changed", answer.Detail);
        Assert.Equal(["memory", "memory"], lab.Snapshot.Nodes.Select(n => n.Storage));
        Assert.Equal(before, lab.Snapshot.Nodes.Select(n => n.ProcessId));
        Assert.Contains("kept", (await RealCluster.DumpAsync(lab.Node("leader").Url)).Select(e => e.Key));
    }

    /// <summary>Only the node's libraries know what is no connection string, and only the server who may log in: they are asked before a node is stopped.</summary>
    [Theory]
    [InlineData("redis:127.0.0.1:{0},passwrd=x", HttpStatusCode.BadRequest, "storage names redis, but what follows is not a connection string")]
    [InlineData("postgres://u:p@127.0.0.1:{0}/db?sslmode=x", HttpStatusCode.BadRequest, "storage names postgres, but what follows gives the option sslmode a value")]
    [InlineData("redis:{1},password=wrong", HttpStatusCode.BadGateway, "so the password guards nothing")]
    public async Task What_is_wrong_with_a_storage_is_said_before_a_node_is_stopped_for_it(string wish, HttpStatusCode status, string sentence)
    {
        var open = (await StorageAsync("redis"))["redis:".Length..].Split(',')[0];
        using var nobody = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        wish = string.Format(System.Globalization.CultureInfo.InvariantCulture, wish, ((IPEndPoint)nobody.LocalEndpoint).Port, open);
        await using var lab = await LabDashboard.StartAsync(1, "--Cluster:MaxDelayMs=1", "--Cluster:WriteQuorum=1");
        await lab.WriteAsync("kept", "1");
        var before = lab.Snapshot.Nodes.Select(n => n.ProcessId);
        var answer = await lab.PutAsync("/api/cluster/storage", new { storage = wish });
        Assert.Equal(status, answer.Status);
        Assert.Contains(sentence, answer.Detail, StringComparison.Ordinal);
        Assert.Equal(before, lab.Snapshot.Nodes.Select(n => n.ProcessId));
        Assert.Contains("kept", (await RealCluster.DumpAsync(lab.Node("leader").Url)).Select(e => e.Key));

        // At a start nothing is begun with it.
        await using var host = WebHost.Create(["--urls", "http://127.0.0.1:0", "--Cluster:BasePort=0", $"--Cluster:Storage={wish}", $"--KVLAB_DATA={_folder}"]);
        await host.StartAsync(TestContext.Current.CancellationToken);
        var refused = await Assert.ThrowsAsync<InvalidOptionsException>(() => host.Ready.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
        Assert.Contains(sentence.Replace("storage names", "Cluster:Storage names", StringComparison.Ordinal), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_storage_that_cannot_be_had_stops_nothing_and_a_cluster_without_a_leader_starts_again_with_one()
    {
        await using var lab = await LabDashboard.StartAsync(2, "--Cluster:MaxDelayMs=1", "--Cluster:WriteQuorum=1");
        var token = (string)(await lab.GetAsync("/api/cluster/token"))["token"]!;
        await NodeHttp.PostAsync(lab.Snapshot.Leader!.Url + "/internal/step-down", """{"epoch":5}""", token);
        var leaderless = await lab.WhenAsync(s => s.NobodyLeads);

        var unreachable = await lab.PutAsync("/api/cluster/storage", new { storage = $"redis:127.0.0.1:{RealCluster.FreePort()}" });
        Assert.Equal(HttpStatusCode.BadGateway, unreachable.Status);
        Assert.Contains("no process is listening there", unreachable.Detail, StringComparison.Ordinal);
        Assert.Equal(leaderless.Nodes.Select(n => (n.Id, n.ProcessId)), lab.Snapshot.Nodes.Select(n => (n.Id, n.ProcessId)));

        // A node that is started while nobody leads follows.
        await lab.PostAsync("/api/cluster/nodes/follower-1/kill");
        Assert.Equal(HttpStatusCode.OK, (await lab.PostAsync("/api/cluster/nodes/follower-1/start")).Status);

        Assert.Equal(HttpStatusCode.OK, (await lab.PutAsync("/api/cluster/storage", new { storage = $"sqlite:{_folder}/" })).Status);
        Assert.Equal("success", (string)(await lab.WriteAsync("k", "1"))["status"]!);
        Assert.Equal(("leader", "sqlite"), (lab.Snapshot.Leader!.Id, lab.Snapshot.Leader.Storage));
    }

    [Fact]
    public async Task A_newer_schema_ends_the_node_with_a_sentence()
    {
        var file = await NewerFileAsync();
        await using var node = RealNode.Launch(NodeOver(file));
        await node.WaitForExitAsync();
        Assert.Equal(1, node.ExitCode);
        Assert.Contains("schema version 99, made by a newer KvLab", node.Output);
    }

    /// <summary>A file of follower-1 as a KvLab of the future would leave it.</summary>
    private async Task<string> NewerFileAsync()
    {
        var file = Path.Combine(_folder, "a.db");
        await using (var first = await RealNode.StartAsync(NodeOver(file))) await first.KillAsync();
        using (var connection = new SqliteConnection($"Data Source={file};Pooling=False"))
        {
            connection.Open();
            using var raise = connection.CreateCommand();
            raise.CommandText = "UPDATE kvlab_schema SET version = 99";
            raise.ExecuteNonQuery();
        }
        return file;
    }

    private static Dictionary<string, string> NodeOver(string file) => new() { ["ROLE"] = "follower", ["NODE_ID"] = "follower-1", ["PORT"] = "0", ["STORAGE"] = $"sqlite:{file}" };
}
