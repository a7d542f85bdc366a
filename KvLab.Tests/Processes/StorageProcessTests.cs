using System.Net;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
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

    private Task<string> StorageAsync(string kind) => StoragePlaces.OfAsync(kind, redis, postgres, _folder);

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
        var health = await NodeHttp.GetAsync(cluster.Follower(1) + "/health");
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

    private static async Task<bool> StorageWorksAsync(string node) => (bool)(await NodeHttp.GetAsync(node + "/health"))["storage"]!["ok"]!;

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
}
