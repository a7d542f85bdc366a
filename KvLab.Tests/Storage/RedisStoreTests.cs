using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Storage;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using StackExchange.Redis;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Component")]
public sealed class RedisStoreTests(RedisServer server) : DurableStoreContract, IClassFixture<RedisServer>
{
    // All tests share the server, so each has nodes of its own.
    private readonly string _test = Guid.NewGuid().ToString("N")[..8];

    private string NodeOf(string node) => $"{_test}-{node}";

    protected override Task<DurableStore> CreateAsync(string node)
    {
        server.Require();
        return Task.FromResult<DurableStore>(new RedisStore(server.Connection, NodeOf(node), TimeSpan.FromSeconds(30)));
    }

    protected override Task RaiseSchemaAsync(string node) => OnServerAsync(d => d.HashSetAsync($"kvlab:{{{NodeOf(node)}}}:seen", "schema", 2));

    private async Task OnServerAsync(Func<IDatabase, Task> step)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.Connection + ",allowAdmin=true");
        await step(connection.GetDatabase());
    }

    [Theory]
    [InlineData("{0},password=s3cret")]
    [InlineData("{0},user=default,password=s3cret")]
    [InlineData("//:s3cret@{0}/0")]
    public async Task A_password_for_a_server_that_takes_anybody_stops_the_start(string connection)
    {
        server.Require();
        await using var store = new RedisStore(string.Format(null, connection, server.Connection), NodeOf("guarded"), TimeSpan.FromSeconds(30));
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.TryOpenAsync(Cancellation));
        Assert.Contains("accepts anybody", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0},user=lab,password=s3cret")]
    [InlineData("{0},user=nobody,password=s3cret")]
    [InlineData("//nobody:s3cret@{0}/0")]
    public async Task A_named_user_whom_the_server_refuses_stops_the_start_although_the_default_user_is_open(string connection)
    {
        server.Require();
        await OnServerAsync(d => d.ExecuteAsync("ACL", "SETUSER", "lab", "on", ">right", "~*", "&*", "+@all"));
        await using var store = new RedisStore(string.Format(null, connection, server.Connection), NodeOf("guarded"), TimeSpan.FromSeconds(30));
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.TryOpenAsync(Cancellation));
        Assert.Contains("refuses the user or the password", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", refused.ToString(), StringComparison.Ordinal);

        await using var right = new RedisStore($"{server.Connection},user=lab,password=right", NodeOf("right"), TimeSpan.FromSeconds(30));
        await right.TryOpenAsync(Cancellation);
        Assert.True(right.Status.Ok, right.Status.Sentence);
    }

    /// <summary>Whether a server keeps anything is its own setting; what the node has promised must hold all the same.</summary>
    [Fact]
    public async Task A_server_that_forgot_everything_is_noticed_and_told_again_what_the_node_has_seen()
    {
        var store = await StartAsync();
        await store.ApplyAsync(Make("a", 7, epoch: 3), ApplyRule.NewerWins, Cancellation);
        await OnServerAsync(d => d.KeyDeleteAsync([$"kvlab:{{{NodeOf("follower-1")}}}:seen", $"kvlab:{{{NodeOf("follower-1")}}}:entries"]));

        var changes = new List<StorageChange>();
        store.Watch(changes.Add);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await store.ApplyAsync(Make("a", 8, epoch: 3), ApplyRule.NewerWins, Cancellation));
        Assert.Contains("has lost what", refused.Message, StringComparison.Ordinal);
        await Patience.UntilAsync(() => store.Status.Ok, "the store recovers");
        Assert.Equal([(false, false), (true, true)], changes.Select(c => (c.Status.Ok, c.Emptied)));
        await store.DisposeAsync();
        Assert.Equal(new EntryVersion(3, 8), await (await StartAsync()).NewestAsync(Cancellation));
    }

    [Fact]
    public async Task A_snapshot_leaves_nothing_behind()
    {
        var store = await StartAsync();
        await store.ApplyManyAsync([.. Enumerable.Range(1, 2000).Select(i => Make($"k{i}", i))], ApplyRule.NewerWins, Cancellation);
        await foreach (var entry in store.SnapshotAsync(Cancellation))
            if (entry.Version.Counter > 0) break;
        await OnServerAsync(d => Patience.UntilAsync(
            async () => ((RedisResult[])(await d.ExecuteAsync("KEYS", $"kvlab:{{{NodeOf("follower-1")}}}:snapshot:*"))!).Length == 0, "the copy is gone"));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_without_the_password()
    {
        await using var store = new RedisStore("127.0.0.1:1,password=hunter2", "a", TimeSpan.FromSeconds(4));
        await store.TryOpenAsync(Cancellation);
        Assert.Equal((StoreFailure.Unavailable, "Redis at 127.0.0.1:1 cannot be reached."), (store.Status.Failure, store.Status.Sentence));
    }

    [Theory]
    [InlineData("CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0", StoreFailure.Full)]
    [InlineData("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", StoreFailure.ReadOnly)]
    [InlineData("CONFIG SET min-replicas-to-write 1", "CONFIG SET min-replicas-to-write 0", StoreFailure.ReadOnly)]
    public async Task A_server_without_room_or_leave_to_write_takes_no_entry_until_it_has(string begin, string end, StoreFailure expected)
    {
        var store = await StartAsync();
        await store.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        await TellAsync(begin);
        try
        {
            await AssertRefusesAndGoesOnAsync(store, expected, () => TellAsync(end));
        }
        finally
        {
            await TellAsync(end);
        }
    }

    private Task TellAsync(string command) => OnServerAsync(d => d.ExecuteAsync(command.Split(' ')[0], [.. command.Split(' ')[1..]]));
}
