using KvLab.Core.Storage;
using KvLab.Nodes.Storage;
using KvLab.Tests.Infrastructure.NodeProcess;
using Microsoft.Data.Sqlite;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Component")]
public sealed class SqliteStoreTests : DurableStoreContract
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kvlab-sqlite-").FullName;

    private string FileOf(string node) => SqliteStore.FileOf(_folder, node);

    protected override Task<DurableStore> CreateAsync(string node) =>
        Task.FromResult<DurableStore>(new SqliteStore(FileOf(node), node, TimeSpan.FromSeconds(30)));

    protected override Task RaiseSchemaAsync(string node) => RunAsync(node, "UPDATE kvlab_schema SET version = 2");

    private async Task RunAsync(string node, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={FileOf(node)};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("/data/lab.db", "/data/lab.db")]
    [InlineData("/data/{node}/lab.db", "/data/follower-1/lab.db")]
    [InlineData("/data/", "/data/follower-1.db")]
    public void A_folder_or_a_placeholder_makes_a_file_per_node(string path, string file) => Assert.Equal(file, SqliteStore.FileOf(path, "follower-1"));

    [Fact]
    public async Task The_file_of_another_node_is_refused()
    {
        await (await StartAsync("follower-1")).DisposeAsync();
        await using var other = new SqliteStore(FileOf("follower-1"), "follower-2", TimeSpan.FromSeconds(30));
        var refused = await Assert.ThrowsAsync<StoreException>(() => other.TryOpenAsync(Cancellation));
        Assert.Contains("belongs to the node follower-1", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE kvlab_mark SET epoch = 9223372036854775807")]
    [InlineData("UPDATE kvlab_mark SET counter = -1")]
    [InlineData("UPDATE kvlab_mark SET epoch = 'many'")]
    [InlineData("DELETE FROM kvlab_mark")]
    [InlineData("DELETE FROM kvlab_schema")]
    [InlineData("INSERT INTO kvlab_entries VALUES ('text', 'text', 1, 1, 0, 0)")]
    [InlineData("INSERT INTO kvlab_entries VALUES (x'61', x'31', 'old', 1, 0, 0)")]
    public async Task A_file_that_no_node_wrote_so_is_refused_when_it_is_opened(string sql)
    {
        await (await StartAsync("follower-1")).DisposeAsync();
        await RunAsync("follower-1", sql);
        await using var store = new SqliteStore(FileOf("follower-1"), "follower-1", TimeSpan.FromSeconds(30));
        var refused = await Assert.ThrowsAsync<StoreException>(() => store.TryOpenAsync(Cancellation));
        Assert.Equal(StoreFailure.Schema, refused.Failure);
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x'61', x'31', 0, 1")]
    [InlineData("x'61', x'31', 1, -5")]
    [InlineData("x'61', x'7B', 1, 1")]
    [InlineData("x'61', x'', 1, 1")]
    [InlineData("x'61', x'225C756438303022', 1, 1")]
    [InlineData("x'61', x'22FF22', 1, 1")]
    [InlineData("x'FF', x'31', 1, 1")]
    [InlineData("x'', x'31', 1, 1")]
    [InlineData("x'0A', x'31', 1, 1")]
    public async Task An_entry_that_no_node_wrote_is_not_given_to_anybody(string entry)
    {
        await (await StartAsync("follower-1")).DisposeAsync();
        await RunAsync("follower-1", $"INSERT INTO kvlab_entries VALUES ({entry}, 0, 0)");
        await using var store = new SqliteStore(FileOf("follower-1"), "follower-1", TimeSpan.FromSeconds(30));
        await store.TryOpenAsync(Cancellation);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => { await foreach (var _ in store.SnapshotAsync(Cancellation)) { } });
        Assert.Equal(StoreFailure.Schema, refused.Failure);
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_keeps_a_write_ahead_log()
    {
        await StartAsync();
        Assert.Equal("wal", await AskAsync("PRAGMA journal_mode"));
    }

    private async Task<string> AskAsync(string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={FileOf("follower-1")};Pooling=False");
        connection.Open();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (string)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_told_and_when_it_can_the_store_goes_on_by_itself()
    {
        var blocked = Path.Combine(_folder, "blocked");
        await File.WriteAllTextAsync(blocked, "a file where a folder should be", Cancellation);
        await using var store = new SqliteStore(Path.Combine(blocked, "a.db"), "a", TimeSpan.FromSeconds(30));
        var changes = new List<bool>();
        await store.TryOpenAsync(Cancellation);
        store.Watch(change => changes.Add(change.Status.Ok));
        Assert.Equal((false, StoreFailure.Unavailable), (store.Status.Ok, store.Status.Failure));
        await Assert.ThrowsAsync<StoreException>(async () => await store.ApplyAsync(Make("k", 1), ApplyRule.NewerWins, Cancellation));

        File.Delete(blocked);
        await Patience.UntilAsync(() => Task.FromResult(store.Status.Ok), "the store recovers");
        Assert.Equal(ApplyOutcome.Applied, (await store.ApplyAsync(Make("k", 1), ApplyRule.NewerWins, Cancellation)).Outcome);
        Assert.Equal([false, true], changes);
    }

    /// <summary>By the write version in its header (sqlite.org/fileformat2.html, 1.3.3), which binds even those whom no file mode does.</summary>
    [Fact]
    public async Task A_file_that_may_only_be_read_takes_no_entry_until_it_may_be_written()
    {
        var first = await StartAsync();
        await first.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        await first.DisposeAsync();
        SetWriteVersion(3);
        await using var store = await CreateAsync("follower-1");
        await store.TryOpenAsync(Cancellation);
        await AssertRefusesAndGoesOnAsync(store, StoreFailure.ReadOnly, () =>
        {
            SetWriteVersion(2);
            return Task.CompletedTask;
        });
    }

    private void SetWriteVersion(byte version)
    {
        using var file = new FileStream(FileOf("follower-1"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = 18;
        file.WriteByte(version);
    }
}
