using System.Text.Json.Nodes;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using Xunit;

namespace KvLab.Tests.Processes;

/// <summary>The preset "storage compared" over real nodes and real servers.</summary>
[Trait("Category", "Process")]
public sealed class StorageExperimentProcessTests(RedisServer redis, PostgresServer postgres) : IClassFixture<RedisServer>, IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("kvlab-compared-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Every_storage_is_measured_and_the_nodes_get_back_their_own()
    {
        redis.Require();
        postgres.Require();
        await using var lab = await StartAsync($"--Storage:Redis={redis.Connection}", $"--Storage:Postgres={await postgres.NewDatabaseAsync()}", "--Cluster:StorageOf:follower-1=sqlite");
        var run = await RunAsync(lab);

        Assert.Equal("done", (string)run["state"]!);
        Assert.Equal(["memory", "sqlite", "redis", "postgres"], Points(run).Select(p => (string)p["storage"]!));
        Assert.All(Points(run), p => Assert.Equal((30, 0), ((int)p["succeeded"]!, (int)p["unanswered"]!)));
        Assert.All(Points(run).Skip(1), p => Assert.True((double)p["storedMeanMs"]! > 0));
        Assert.Null(Points(run)[0]["storedMeanMs"]);
        Assert.Equal(["memory", "sqlite", "memory"], lab.Snapshot.Nodes.Select(n => n.Storage));
    }

    [Fact]
    public async Task Servers_that_are_not_there_are_told_and_no_password_with_them()
    {
        await using var lab = await StartAsync($"--Storage:Postgres=Host=127.0.0.1;Port={RealCluster.FreePort()};Username=kvlab;Password=hunter2");
        var run = await RunAsync(lab);

        Assert.Equal("done", (string)run["state"]!);
        Assert.Equal(["memory", "sqlite"], Points(run).Select(p => (string)p["storage"]!));
        var absent = run["absent"]!.AsArray().ToDictionary(a => (string)a!["storage"]!, a => (string)a!["reason"]!);
        Assert.Contains("Storage:Redis", absent["redis"]);
        Assert.Contains("127.0.0.1", absent["postgres"]);
        Assert.DoesNotContain("hunter2", run.ToJsonString());
    }

    private Task<LabDashboard> StartAsync(params string[] args) => LabDashboard.StartAsync(2, ["--Cluster:WriteQuorum=1", $"--KVLAB_DATA={_data}", .. args]);

    private static async Task<JsonNode> RunAsync(LabDashboard lab)
    {
        var started = await lab.PostAsync("/api/experiments", """{"preset":"storage-compared","writes":30,"keys":5,"quorums":[2],"calibrate":false,"settleMs":0,"warmUpWrites":5}""");
        Assert.True(started.Body?["id"] is not null, started.Text);
        JsonNode run = started.Body!;
        await Patience.UntilAsync(async () => (string)(run = (await lab.GetAsync($"/api/experiments/{started["id"]}")).Body!)["state"]! is not ("running" or "paused"), "the experiment ends");
        return run;
    }

    private static List<JsonNode> Points(JsonNode run) => [.. run["points"]!.AsArray().Select(p => p!)];
}
