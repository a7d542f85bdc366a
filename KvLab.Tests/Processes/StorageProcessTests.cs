using System.Net;
using KvLab.Core.Replication;
using KvLab.Nodes.Member;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using KvLab.Web;
using KvLab.Web.State;
using KvLab.Web.Supervision;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>Real nodes over each storage: what they confirmed they have, whoever is killed.</summary>
[Trait("Category", "Process")]
public sealed class StorageProcessTests(RedisServer redis, PostgresServer postgres) : IClassFixture<RedisServer>, IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-storage-").FullName;

    // So many nodes are killed; bench/kills.sh asks for more, and for one storage at a time.
    private static readonly int Kills = int.Parse(Environment.GetEnvironmentVariable("KVLAB_KILLS") ?? "3");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>What <c>STORAGE</c> says; on servers that the tests share each test has a database of its own.</summary>
    private async Task<string> StorageAsync(string kind)
    {
        switch (kind)
        {
            case "redis":
                redis.Require();
                return redis.NewDatabase();
            case "postgres":
                postgres.Require();
                return await postgres.NewDatabaseAsync();
            default:
                return kind == "sqlite" ? $"sqlite:{_folder}/" : kind;
        }
    }

    private async Task<RealCluster> StartAsync(string kind, int followers = 2) =>
        await RealCluster.StartAsync(followers, ("STORAGE", await StorageAsync(kind)), ("WRITE_QUORUM", "1"), ("REPLICATION_TIMEOUT_MS", "5000"));

    [Theory]
    [InlineData("memory")]
    [InlineData("sqlite")]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task A_cluster_converges_and_says_what_it_stores_in(string kind)
    {
        await using var cluster = await StartAsync(kind);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => cluster.WriteAsync($"k{i % 20}", $"{i}")));
        await cluster.AssertConvergedAsync();
        var health = await NodeClient.GetAsync(cluster.Follower(1) + "/health");
        Assert.Equal((kind, true, 20), ((string)health["storage"]!["kind"]!, (bool)health["storage"]!["ok"]!, (int)health["keys"]!));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task Nothing_confirmed_is_missing_after_nodes_were_killed_under_load(string kind)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("KVLAB_KILLS_OF") ?? kind) == kind, "Another storage was asked for.");
        await using var cluster = await StartAsync(kind);
        var load = new AckedLoad(cluster);
        var running = load.RunAsync();
        var random = new Random(kind.Length * 1000 + Kills);
        var atLeader = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await load.UntilMoreAsync(100);
            // Anywhere in the middle of something.
            await Task.Delay(random.Next(0, 60), TestContext.Current.CancellationToken);
            var victim = random.Next(0, cluster.Followers + 1);
            if (victim == 0 || kill == 0)
            {
                atLeader++;
                await cluster.LeaderNode.KillAsync();
                await cluster.StartLeaderAsync();
            }
            else
            {
                await cluster.FollowerNode(victim).KillAsync();
                await cluster.StartFollowerAsync(victim);
            }
        }

        await load.UntilMoreAsync(100);
        load.Stop();
        await running;
        await load.VerifyAsync();
        TestContext.Current.SendDiagnosticMessage($"{kind}: {Kills} kills ({atLeader} of the leader), {load.Confirmed} writes confirmed, {load.Refused} refused, nothing missing.");
    }

    [Fact]
    public async Task A_whole_cluster_that_is_killed_has_everything_it_confirmed()
    {
        await using var cluster = await StartAsync("sqlite");
        var load = new AckedLoad(cluster);
        var running = load.RunAsync();
        await load.UntilMoreAsync(300);
        await Task.WhenAll(cluster.LeaderNode.KillAsync(), cluster.FollowerNode(1).KillAsync(), cluster.FollowerNode(2).KillAsync());
        load.Stop();
        await running;
        await Task.WhenAll(cluster.StartFollowerAsync(1), cluster.StartFollowerAsync(2), cluster.StartLeaderAsync());
        await load.VerifyAsync();
    }

    [Theory]
    [InlineData("redis", false)]
    [InlineData("redis", true)]
    [InlineData("postgres", false)]
    public async Task A_server_that_goes_and_comes_back_under_load_costs_no_confirmed_write(string kind, bool freeze)
    {
        ThrowAwayServer server = kind == "redis" ? redis : postgres;
        await using var cluster = await StartAsync(kind);
        var load = new AckedLoad(cluster);
        var running = load.RunAsync();
        await load.UntilMoreAsync(100);
        if (freeze) await server.FreezeAsync();
        else await server.KillAsync();

        await Patience.UntilAsync(async () => !await StorageWorksAsync(cluster.Leader), "the leader says that its storage is away");
        var refused = await cluster.WriteAsync("nobody", "1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.NotEmpty(refused.Detail);
        var confirmed = load.Confirmed;
        await Patience.UntilAsync(() => load.Refused > 16, "writes are refused");
        Assert.Equal(confirmed, load.Confirmed);

        if (freeze) await server.ThawAsync();
        else await server.StartAsync();
        await Patience.UntilAsync(() => StorageWorksAsync(cluster.Leader), "the leader's storage works again");
        await load.UntilMoreAsync(200);
        load.Stop();
        await running;
        // What was refused as slow may be stored or not.
        await load.VerifyAsync(except: "nobody");
    }

    private static async Task<bool> StorageWorksAsync(string node) => (bool)(await NodeClient.GetAsync(node + "/health"))["storage"]!["ok"]!;

    [Fact]
    public async Task Nodes_of_one_cluster_may_store_in_different_things()
    {
        await using var cluster = await RealCluster.StartAsync(2, ("STORAGE", $"sqlite:{_folder}/"), ("WRITE_QUORUM", "2"));
        await cluster.FollowerNode(1).KillAsync();
        await cluster.StartFollowerAsync(1, ("STORAGE", "memory"));
        Assert.Equal("success", (string)(await cluster.WriteAsync("k", "1"))["status"]!);
        await cluster.AssertConvergedAsync();
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("redis")]
    [InlineData("postgres")]
    public async Task Two_labs_in_one_place_need_names_and_know_nothing_of_each_other(string kind)
    {
        var storage = ("STORAGE", await StorageAsync(kind));
        await using var first = await RealCluster.StartAsync(1, storage, ("WRITE_QUORUM", "1"));
        await using var nameless = RealNode.Launch(new Dictionary<string, string> { ["ROLE"] = "leader", ["PORT"] = "0", [storage.Item1] = storage.Item2 });
        await nameless.WaitForExitAsync();
        Assert.Equal(1, nameless.ExitCode);
        Assert.Contains("in use by another running process. Two labs that store in one place need different names: set LAB", nameless.Output, StringComparison.Ordinal);

        await using var second = await RealCluster.StartAsync(1, storage, ("WRITE_QUORUM", "1"), ("LAB", "second"));
        await first.WriteAsync("k", "1");
        await second.WriteAsync("k", "2");
        await first.AssertConvergedAsync();
        await second.AssertConvergedAsync();
        Assert.Equal((1, 2), ((int)(await RealCluster.DumpAsync(first.Leader))["k"]!["value"]!, (int)(await RealCluster.DumpAsync(second.Leader))["k"]!["value"]!));
    }

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
    [InlineData("redis:127.0.0.1:{0},passwrd=x", HttpStatusCode.BadRequest, "storage names redis, but what follows is no connection")]
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
        await NodeClient.PostAsync(lab.Snapshot.Leader!.Url + "/internal/step-down", """{"epoch":5}""", token);
        var leaderless = await lab.WhenAsync(s => s.NobodyLeads);

        var unreachable = await lab.PutAsync("/api/cluster/storage", new { storage = $"redis:127.0.0.1:{RealCluster.FreePort()}" });
        Assert.Equal(HttpStatusCode.BadGateway, unreachable.Status);
        Assert.Contains("nobody listens there", unreachable.Detail, StringComparison.Ordinal);
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
