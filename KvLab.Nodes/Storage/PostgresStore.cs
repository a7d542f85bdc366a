using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Npgsql;

namespace KvLab.Nodes.Storage;

/// <summary>
/// One schema per node in a PostgreSQL database, so that several nodes can share one. With the server's defaults a commit returns when it is on the disk
/// (<c>synchronous_commit = on</c>).
/// </summary>
public sealed class PostgresStore : DurableStore
{
    private const int MostConnections = 8;

    private readonly NpgsqlDataSource _source;
    private readonly string _server;
    private readonly string _node;
    private readonly PostgresSchema _schema;
    private readonly string _claiming;
    private NpgsqlConnection? _claim;

    /// <param name="connection">See <see cref="Parse"/>.</param>
    /// <param name="node">Whose entries these are.</param>
    /// <param name="deadline">How long an operation may take, connecting included.</param>
    /// <exception cref="ArgumentException">It is no connection string.</exception>
    public PostgresStore(string connection, string node, TimeSpan deadline) : base("postgres", deadline)
    {
        var builder = Parse(connection);
        var seconds = Math.Max(1, (int)deadline.TotalSeconds);
        (builder.MaxPoolSize, builder.MinPoolSize) = (Math.Min(builder.MaxPoolSize, MostConnections), 0);
        (builder.Timeout, builder.CommandTimeout, builder.CancellationTimeout) = (seconds, seconds, 500);
        builder.MaxAutoPrepare = 20;
        builder.ApplicationName = $"kvlab {node}";
        _claiming = new NpgsqlConnectionStringBuilder(builder.ConnectionString) { Pooling = false }.ToString();
        (_source, _server, _node, _schema) = (NpgsqlDataSource.Create(builder), $"{builder.Host}:{builder.Port}", node, new PostgresSchema(node));
    }

    /// <summary>Npgsql's <c>Host=…;Username=…</c>, or the rest of an address: <c>//user:password@host:port/database</c>.</summary>
    /// <exception cref="ArgumentException">It is neither.</exception>
    /// <exception cref="AddressException">It is an address that is wrong; the message says how and repeats no secret.</exception>
    public static NpgsqlConnectionStringBuilder Parse(string connection)
    {
        if (!connection.StartsWith("//", StringComparison.Ordinal))
        {
            var given = new NpgsqlConnectionStringBuilder(connection);
            return given.Host is { Length: > 0 } ? given : throw new ArgumentException("There is no host.");
        }

        var address = PostgresAddress.Parse(connection);
        var builder = new NpgsqlConnectionStringBuilder { Host = address.Host, Port = address.Port ?? 5432 };
        if (address.User is { } user) builder.Username = user;
        if (address.Password is { } password) builder.Password = password;
        if (address.Database is { } database) builder.Database = database;
        foreach (var (name, value) in address.Options) Set(builder, name, value);
        return builder;
    }

    private static void Set(NpgsqlConnectionStringBuilder builder, string name, string value)
    {
        var keyword = PostgresAddress.KeywordOf(name)!;
        try
        {
            builder[keyword] = PostgresAddress.ValueOf(keyword, value);
        }
        catch (Exception wrong) when (wrong is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            // Npgsql's own message repeats the value.
            throw new AddressException($"gives the option {name} a value that it does not take", wrong);
        }
    }

    protected override async Task<Opened> OpenAsync(CancellationToken deadline)
    {
        await StorageClaim.TakeAsync(() => TryClaimAsync(deadline), $"What {_node} keeps in PostgreSQL at {_server}", TimeProvider.System, deadline);
        await using var connection = await _source.OpenConnectionAsync(deadline);
        return await _schema.PrepareAsync(connection, _node, deadline);
    }

    protected override async Task TryOutAsync(CancellationToken deadline)
    {
        await using var connection = await _source.OpenConnectionAsync(deadline);
    }

    /// <summary>An advisory lock (PostgreSQL manual, 13.3.5) of a connection that is kept for it; the server gives it back when that ends.</summary>
    private async Task<bool> TryClaimAsync(CancellationToken deadline)
    {
        if (_claim is not null) return true;
        var connection = new NpgsqlConnection(_claiming);
        try
        {
            await connection.OpenAsync(deadline);
            await using var take = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new NpgsqlParameter { Value = _schema.LockNumber } } };
            if ((bool)(await take.ExecuteScalarAsync(deadline))!) _claim = connection;
        }
        finally
        {
            if (_claim != connection) await connection.DisposeAsync();
        }

        return _claim is not null;
    }

    /// <summary>One statement cannot store two versions of one key, so a batch takes as many statements as its most frequent key needs; all of them are one transaction.</summary>
    protected override async Task<ApplyResult[]> PutAsync(IReadOnlyList<Put> puts, EntryVersion keep, CancellationToken deadline)
    {
        await using var batch = _source.CreateBatch();
        var layers = Layers(puts);
        if (!keep.IsNone) batch.BatchCommands.Add(KeepCommand(keep));
        foreach (var layer in layers) batch.BatchCommands.Add(PutCommand(puts, layer));

        var results = new ApplyResult[puts.Count];
        await using var rows = await batch.ExecuteReaderAsync(deadline);
        foreach (var layer in layers)
        {
            while (await rows.ReadAsync(deadline))
            {
                var position = layer[(int)rows.GetInt64(0) - 1];
                results[position] = ResultOf(puts[position].Entry.Version, rows);
            }

            await rows.NextResultAsync(deadline);
        }

        // The batch has ended, so it is committed: what failed in it has thrown.
        return results;
    }

    private static ApplyResult ResultOf(EntryVersion offered, NpgsqlDataReader row)
    {
        if (!row.IsDBNull(1)) return new ApplyResult(ApplyOutcome.Applied, new EntryVersion(row.GetInt64(1), row.GetInt64(2)), offered);
        var held = new EntryVersion(row.GetInt64(3), row.GetInt64(4));
        return new ApplyResult(held == offered ? ApplyOutcome.Duplicate : ApplyOutcome.Stale, held, held);
    }

    /// <summary>Positions, so that within a layer every key stands once and all have one rule, and the layers' order is the batch's for every key.</summary>
    private static List<List<int>> Layers(IReadOnlyList<Put> puts)
    {
        var layers = new List<(ApplyRule Rule, HashSet<string> Keys, List<int> Positions)>();
        for (var i = 0; i < puts.Count; i++)
        {
            var (entry, rule) = puts[i];
            // Behind the last layer that has the key, in the first with this rule.
            var after = layers.FindLastIndex(l => l.Keys.Contains(entry.Key));
            var at = layers.FindIndex(after + 1, l => l.Rule == rule);
            if (at < 0)
            {
                at = layers.Count;
                layers.Add((rule, new HashSet<string>(StringComparer.Ordinal), []));
            }

            layers[at].Keys.Add(entry.Key);
            layers[at].Positions.Add(i);
        }

        return [.. layers.Select(l => l.Positions)];
    }

    private NpgsqlBatchCommand PutCommand(IReadOnlyList<Put> puts, List<int> layer)
    {
        var command = new NpgsqlBatchCommand(_schema.Put);
        command.Parameters.Add(new NpgsqlParameter { Value = layer.Select(i => KeyOf(puts[i].Entry.Key)).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = layer.Select(i => puts[i].Entry.Value.Utf8.ToArray()).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = layer.Select(i => puts[i].Entry.Version.Epoch).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = layer.Select(i => puts[i].Entry.Version.Counter).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = puts[layer[0]].Rule == ApplyRule.LastArrivalWins });
        return command;
    }

    private NpgsqlBatchCommand KeepCommand(EntryVersion seen) =>
        new(_schema.Keep) { Parameters = { new NpgsqlParameter { Value = seen.Epoch }, new NpgsqlParameter { Value = seen.Counter } } };

    protected override async Task<bool> TakeBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken deadline)
    {
        await using var command = _source.CreateCommand(instead is null ? _schema.Remove : _schema.Replace);
        foreach (object value in new object[] { KeyOf(key), version.Epoch, version.Counter }) command.Parameters.Add(new NpgsqlParameter { Value = value });
        if (instead is not null)
            foreach (var value in new object[] { instead.Value.Utf8.ToArray(), instead.Version.Epoch, instead.Version.Counter }) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync(deadline) == 1;
    }

    protected override async Task EmptyAsync(EntryVersion newest, CancellationToken deadline)
    {
        await using var batch = _source.CreateBatch();
        batch.BatchCommands.Add(KeepCommand(newest));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(_schema.Empty));
        await batch.ExecuteNonQueryAsync(deadline);
    }

    protected override async Task KeepAsync(EntryVersion seen, CancellationToken deadline)
    {
        await using var batch = _source.CreateBatch();
        batch.BatchCommands.Add(KeepCommand(seen));
        // A schema that was dropped meanwhile is an error by itself; an emptied table would keep nothing and say nothing.
        if (await batch.ExecuteNonQueryAsync(deadline) != 1) throw new StoreException(StoreFailure.Unavailable, $"The tables of {_node} in PostgreSQL at {_server} were emptied.");
    }

    protected override async Task<Entry?> ReadAsync(string key, CancellationToken deadline)
    {
        await using var command = _source.CreateCommand(_schema.ReadOne);
        command.Parameters.Add(new NpgsqlParameter { Value = KeyOf(key) });
        await using var row = await command.ExecuteReaderAsync(deadline);
        return await row.ReadAsync(deadline) ? EntryOf(row) : null;
    }

    protected override async Task<long> CountKeysAsync(CancellationToken deadline)
    {
        await using var command = _source.CreateCommand(_schema.Count);
        return (long)(await command.ExecuteScalarAsync(deadline))!;
    }

    /// <summary>One statement reads one moment (Read Committed, PostgreSQL manual 13.2.1), however long it takes.</summary>
    protected override async IAsyncEnumerable<Entry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = _source.CreateCommand(_schema.ReadAll);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation)) yield return EntryOf(rows);
    }

    private static byte[] KeyOf(string key) => Encoding.UTF8.GetBytes(key);

    private static Entry EntryOf(NpgsqlDataReader row) => StoredRow.Entry(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetInt64(3));

    /// <summary>By SQLSTATE (PostgreSQL manual, appendix A); the server's own text may repeat what a connection string says, so it is left out.</summary>
    protected override StoreException Explain(Exception failure)
    {
        var server = $"PostgreSQL at {_server}";
        return failure switch
        {
            PostgresException { SqlState: "25006" } => new StoreException(StoreFailure.ReadOnly, $"{server} accepts no writes: it is read-only.", failure),
            PostgresException { SqlState: "42501" } => new StoreException(StoreFailure.ReadOnly, $"{server} does not let this user create or write what the node needs.", failure),
            PostgresException { SqlState: "53100" } => new StoreException(StoreFailure.Full, $"{server} has no room: its disk is full.", failure),
            PostgresException { SqlState: "55P03" or "57014" } => new StoreException(StoreFailure.Slow, $"{server} did not finish in time.", failure),
            PostgresException { SqlState: ['2', '8', ..] } => new StoreException(StoreFailure.Unavailable, $"{server} refuses the user or the password.", failure),
            PostgresException { SqlState: "3D000" } => new StoreException(StoreFailure.Unavailable, $"{server} has no such database.", failure),
            PostgresException { SqlState: "3F000" or "42P01" } => new StoreException(StoreFailure.Unavailable, $"{server} no longer has the tables of {_node}.", failure),
            PostgresException known => new StoreException(
                known.IsTransient ? StoreFailure.Unavailable : StoreFailure.Other, $"{server} answered with the error {known.SqlState}.", failure),
            NpgsqlException { InnerException: TimeoutException } or TimeoutException => new StoreException(StoreFailure.Slow, $"{server} did not answer in time.", failure),
            NpgsqlException or SocketException or IOException => new StoreException(StoreFailure.Unavailable, $"{server} cannot be reached.", failure),
            _ => new StoreException(StoreFailure.Other, $"{server} cannot be used: {failure.GetType().Name}.", failure),
        };
    }

    protected override async ValueTask CloseAsync()
    {
        _source.Clear();
        if (Interlocked.Exchange(ref _claim, null) is { } claim) await claim.DisposeAsync();
    }

    protected override ValueTask EndAsync() => _source.DisposeAsync();
}
