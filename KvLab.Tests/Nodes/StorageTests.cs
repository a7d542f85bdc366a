using System.Net;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Nodes.Options;
using KvLab.Nodes.Storage;
using KvLab.Nodes;
using KvLab.Nodes.Configuration;
using KvLab.Tests.Infrastructure.NodeProcess;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KvLab.Tests.Nodes;

/// <summary>A node whose storage fails says so, confirms nothing, stays up, and goes on by itself.</summary>
[Trait("Category", "Component")]
public sealed class StorageTests : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-nodes-").FullName;
    private readonly List<NodeHost> _hosts = [];

    private async Task<NodeHost> StartAsync(string id, string storage, params Peer[] followers)
    {
        var host = new NodeHost(new NodeOptions
        {
            Role = id == "leader" ? NodeRole.Leader : NodeRole.Follower,
            NodeId = id,
            Followers = [.. followers],
            Storage = storage == "memory" ? StorageOption.Memory : new StorageOption(StorageKind.Sqlite, storage),
            Settings = new LiveSettings { WriteQuorum = followers.Length, MinDelayMs = 0, MaxDelayMs = 0, ReplicationTimeoutMs = 30_000 },
        });
        _hosts.Add(host);
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    private string FileOf(string node) => Path.Combine(_folder, $"{node}.db");

    /// <summary>Another program that writes and does not come to an end.</summary>
    private static SqliteConnection Lock(string file)
    {
        var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();
        return connection;
    }

    private static Task<NodeReply> WriteAsync(NodeHost leader, string key) => NodeHttp.PostAsync(leader.Url + "/write", $$"""{"key":"{{key}}","value":1}""");

    [Fact]
    public async Task A_leader_that_cannot_store_refuses_the_write_in_words_and_recovers_by_itself()
    {
        var follower = await StartAsync("follower-1", "memory");
        var leader = await StartAsync("leader", FileOf("leader"), new Peer("follower-1", follower.Url));
        await leader.Ready;
        Assert.Equal(HttpStatusCode.OK, (await WriteAsync(leader, "before")).Status);
        await using (Lock(FileOf("leader")))
        {
            var refused = await WriteAsync(leader, "during");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
            Assert.Equal("slow", refused.Headers.GetValues("X-Storage-Failure").Single());
            var health = await NodeHttp.GetAsync(leader.Url + "/health");
            Assert.Equal((HttpStatusCode.OK, "sqlite", false), (health.Status, (string)health["storage"]!["kind"]!, (bool)health["storage"]!["ok"]!));
            Assert.Equal(HttpStatusCode.NotFound, (await NodeHttp.GetAsync(follower.Url + "/read/during")).Status);
        }

        await Patience.UntilAsync(async () => (bool)(await NodeHttp.GetAsync(leader.Url + "/health"))["storage"]!["ok"]!, "the storage works again");
        Assert.Equal("success", (string)(await WriteAsync(leader, "after"))["status"]!);
    }

    [Fact]
    public async Task A_follower_that_cannot_store_confirms_nothing_and_catches_up_by_itself()
    {
        var follower = await StartAsync("follower-1", FileOf("follower-1"));
        var leader = await StartAsync("leader", "memory", new Peer("follower-1", follower.Url));
        await leader.Ready;
        using (Lock(FileOf("follower-1")))
        {
            var answer = await WriteAsync(leader, "k");
            Assert.Equal(("partial_success", 0), ((string)answer["status"]!, (int)answer["acks"]!));
            var status = await NodeHttp.GetAsync(leader.Url + "/internal/status");
            // Locked, or slow because it waits for the lock: either way it names the storage.
            Assert.Contains("sqlite", (string)status["followers"]![0]!["lastFailure"]!, StringComparison.OrdinalIgnoreCase);
        }

        await Patience.UntilAsync(async () => (await NodeHttp.GetAsync(follower.Url + "/read/k")).Status == HttpStatusCode.OK, "the follower has it");
    }

    [Fact]
    public async Task A_node_keeps_what_it_confirmed_and_counts_on_above_it()
    {
        long version;
        await using (var leader = await StartAsync("leader", FileOf("leader")))
        {
            await leader.Ready;
            version = (long)(await WriteAsync(leader, "k"))["version"]!;
        }

        var again = await StartAsync("leader", FileOf("leader"));
        await again.Ready;
        Assert.Equal(version, (long)(await NodeHttp.GetAsync(again.Url + "/read/k"))["version"]!);
        var next = await WriteAsync(again, "k");
        Assert.True((long)next["version"]! > version);
        Assert.Equal(2, (long)next["epoch"]!);
    }

    [Fact]
    public async Task A_node_starts_without_its_storage_and_is_ready_when_that_is_there()
    {
        var blocked = Path.Combine(_folder, "blocked");
        await File.WriteAllTextAsync(blocked, "a file where a folder should be", TestContext.Current.CancellationToken);
        var host = await StartAsync("follower-1", Path.Combine(blocked, "a.db"));
        var health = await NodeHttp.GetAsync(host.Url + "/health");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, false), (health.Status, (bool)health["storage"]!["ok"]!));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await NodeHttp.GetAsync(host.Url + "/dump")).Status);
        File.Delete(blocked);
        await host.Ready.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await NodeHttp.GetAsync(host.Url + "/dump")).Status);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in Enumerable.Reverse(_hosts)) await host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
