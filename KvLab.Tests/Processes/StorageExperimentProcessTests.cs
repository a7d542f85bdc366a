using System.Net;
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

    private const string Canary = "canary7f3a";

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
        var nobody = RealCluster.FreePort();
        await using var lab = await StartAsync($"--Storage:Postgres=Host=127.0.0.1;Port={nobody};Username=kvlab;Password={Canary}");
        var run = await RunAsync(lab);

        Assert.Equal("done", (string)run["state"]!);
        Assert.Equal(["memory", "sqlite"], Points(run).Select(p => (string)p["storage"]!));
        var absent = run["absent"]!.AsArray().ToDictionary(a => (string)a!["storage"]!, a => (string)a!["reason"]!);
        Assert.Contains("Storage:Redis", absent["redis"]);
        Assert.Contains("127.0.0.1", absent["postgres"]);

        // A server that is away, and addresses that are refused: their words, events and logs repeat nothing of it either.
        foreach (var wish in (string[])[$"redis:127.0.0.1:{nobody},password=a,{Canary}", $"redis://{Canary}:x@y@z", $"sqlite:/{Canary}.db", $"tape:{Canary}", $"postgres://u:{Canary}:y@h/d"])
            Assert.DoesNotContain(Canary, (await lab.PutAsync("/api/cluster/storage", new { storage = wish })).Text);
        var away = await lab.PutAsync("/api/cluster/storage", new { storageOf = new Dictionary<string, string> { ["follower-1"] = $"redis:127.0.0.1:{nobody},user=u,password={Canary}" } });
        Assert.Equal(HttpStatusCode.BadGateway, away.Status);
        Assert.DoesNotContain(Canary, away.Text);
        var seen = await EverythingAsync(lab, (string)run["id"]!);
        Assert.True(seen.Count(s => s.From.StartsWith("200 ", StringComparison.Ordinal)) > 25, "Most of it could not be read.");
        Assert.All(seen, s => Assert.False(s.Text.Contains(Canary, StringComparison.Ordinal), $"{s.From} repeats the password."));
    }

    /// <summary>All that anybody can read: every GET of dashboard and nodes, the pages, the report and the exports, all events, the log.</summary>
    private static async Task<List<(string From, string Text)>> EverythingAsync(LabDashboard lab, string run)
    {
        var token = (string)(await lab.GetAsync("/api/cluster/token"))["token"]!;
        var seen = new List<(string, string)> { ("the log", lab.Log.Text), ("the snapshot", $"{lab.Snapshot} {string.Join(' ', lab.Snapshot.Nodes)}") };
        seen.AddRange(lab.Snapshot.Events.NewestFirst().Select(e => ("an event", e.ToString())));
        var paths = (await lab.GetAsync("/openapi/v1.json"))["paths"]!.AsObject().Where(p => p.Value!.AsObject().ContainsKey("get")).Select(p => p.Key.Replace("{figure}", "quorum-latency"));
        var urls = paths.Select(p => p.Contains("/experiments/", StringComparison.Ordinal) ? p.Replace("{id}", run) : p).Where(p => !p.Contains('{'))
            .Concat(["/", "/faults", "/scenarios", "/experiments", $"/experiments?run={run}"]).Select(p => lab.Url + p)
            .Concat(lab.Snapshot.Nodes.SelectMany(n => new[] { "/health", "/config", "/dump", "/internal/status" }.Select(p => n.Url + p)));
        foreach (var url in urls)
        {
            var answer = await NodeHttp.GetAsync(url, token);
            seen.Add(($"{(int)answer.Status} {url}", answer.Text));
        }

        return seen;
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
