using KvLab.Core.Storage;
using KvLab.Nodes.Storage;
using KvLab.Tests.Infrastructure.NodeProcess;
using KvLab.Tests.Infrastructure.Servers;
using Npgsql;
using Xunit;

namespace KvLab.Tests.Storage;

[Trait("Category", "Component")]
public sealed class PostgresStoreTests(PostgresServer server) : DurableStoreContract, IClassFixture<PostgresServer>
{
    // All tests share the server, so each has nodes of its own.
    private readonly string _test = Guid.NewGuid().ToString("N")[..8];

    private string NodeOf(string node) => $"{_test}-{node}";

    protected override Task<DurableStore> CreateAsync(string node)
    {
        server.Require();
        return Task.FromResult<DurableStore>(new PostgresStore(server.Connection, NodeOf(node), TimeSpan.FromSeconds(30)));
    }

    protected override Task RaiseSchemaAsync(string node) => RunAsync($"UPDATE \"{PostgresSchema.NameOf(NodeOf(node))}\".schema_version SET version = 2");

    private async Task RunAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server.Connection + ";Pooling=False");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_without_encryption_is_refused_where_the_address_requires_it()
    {
        server.Require();
        var builder = new NpgsqlConnectionStringBuilder(server.Connection);
        var address = $"//{builder.Username}:{builder.Password}@{builder.Host}:{builder.Port}/{builder.Database}";
        await using var open = new PostgresStore($"{address}?sslmode=prefer", NodeOf("clear"), TimeSpan.FromSeconds(30));
        await open.TryOpenAsync(Cancellation);
        Assert.True(open.Status.Ok);
        await using var guarded = new PostgresStore($"{address}?sslmode=require", NodeOf("guarded"), TimeSpan.FromSeconds(30));
        await guarded.TryOpenAsync(Cancellation);
        Assert.False(guarded.Status.Ok);
    }

    [Fact]
    public async Task A_read_only_user_is_told_and_what_is_there_can_be_read()
    {
        var first = await StartAsync();
        await first.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        await first.DisposeAsync();
        await using var store = new PostgresStore(server.Connection + ";Options=-c default_transaction_read_only=on", NodeOf("follower-1"), TimeSpan.FromSeconds(30));
        await store.TryOpenAsync(Cancellation);
        var refused = await Assert.ThrowsAsync<StoreException>(async () => await store.ApplyAsync(Make("a", 6), ApplyRule.NewerWins, Cancellation));
        Assert.Equal(StoreFailure.ReadOnly, refused.Failure);
        Assert.Equal(Make("a", 5), await store.GetAsync("a", Cancellation));
        Assert.False(store.Status.Ok);
    }

    [Fact]
    public async Task A_database_that_becomes_read_only_takes_no_entry_until_it_may_be_written()
    {
        var store = await StartAsync();
        await store.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        await LetWriteAsync(false);
        try
        {
            await AssertRefusesAndGoesOnAsync(store, StoreFailure.ReadOnly, () => LetWriteAsync(true));
        }
        finally
        {
            await LetWriteAsync(true);
        }
    }

    /// <summary>For all transactions to come, those of open connections too.</summary>
    private async Task LetWriteAsync(bool may)
    {
        await RunAsync($"ALTER SYSTEM SET default_transaction_read_only = {(may ? "off" : "on")}");
        await RunAsync("SELECT pg_reload_conf()");
    }

    [Fact]
    public async Task Tables_that_were_dropped_are_made_again()
    {
        var store = await StartAsync();
        await store.ApplyAsync(Make("a", 5), ApplyRule.NewerWins, Cancellation);
        await RunAsync($"DROP SCHEMA \"{PostgresSchema.NameOf(NodeOf("follower-1"))}\" CASCADE");
        await Assert.ThrowsAsync<StoreException>(async () => await store.ApplyAsync(Make("a", 6), ApplyRule.NewerWins, Cancellation));
        await Patience.UntilAsync(() => store.Status.Ok, "the store recovers");
        Assert.Equal(6, (await store.NewestAsync(Cancellation)).Counter);
        Assert.Equal(ApplyOutcome.Applied, (await store.ApplyAsync(Make("a", 1), ApplyRule.NewerWins, Cancellation)).Outcome);
    }

    [Theory]
    [InlineData("//kvlab:hunter%402@db.example:6000/lab", "db.example", 6000, "kvlab", "hunter@2", "lab")]
    [InlineData("//db.example", "db.example", 5432, null, null, null)]
    [InlineData("Host=db.example;Port=6000;Username=kvlab;Password=x;Database=lab", "db.example", 6000, "kvlab", "x", "lab")]
    public void A_connection_is_a_string_or_an_address(string text, string host, int port, string? user, string? password, string? database)
    {
        var parsed = PostgresStore.Parse(text);
        Assert.Equal((host, port, user, password, database), (parsed.Host, parsed.Port, parsed.Username, parsed.Password, parsed.Database));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_told_without_the_password()
    {
        await using var store = new PostgresStore("Host=127.0.0.1;Port=1;Username=u;Password=hunter2", "a", TimeSpan.FromSeconds(30));
        await store.TryOpenAsync(Cancellation);
        Assert.Equal((StoreFailure.Unavailable, "PostgreSQL at 127.0.0.1:1 cannot be reached."), (store.Status.Failure, store.Status.Sentence));
    }

    [Fact]
    public void Long_names_of_nodes_stay_apart() =>
        Assert.NotEqual(PostgresSchema.NameOf(new string('n', 63) + "1"), PostgresSchema.NameOf(new string('n', 63) + "2"));
}
