using System.Runtime.CompilerServices;
using System.Text;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using KvLab.Nodes.Timing;
using Microsoft.Data.Sqlite;

namespace KvLab.Nodes.Storage;

/// <summary>
/// One SQLite file per node. In WAL mode readers never wait for the writer; with <c>synchronous=FULL</c> a commit returns when the log is on the disk
/// (sqlite.org/pragma.html#pragma_synchronous), so what was acknowledged survives the process and the power.
/// </summary>
public sealed class SqliteStore : DurableStore
{
    /// <summary>Entries that are read in one go.</summary>
    private const int PieceLength = 256;

    private const string Columns = "SELECT key, value, epoch, counter FROM kvlab_entries";

    // The comparison is part of the statement that stores. A row keeps which version it replaced, so that the same statement can say it.
    private const string PutSql = """
        INSERT INTO kvlab_entries (key, value, epoch, counter, before_epoch, before_counter) VALUES ($key, $value, $epoch, $counter, 0, 0)
        ON CONFLICT (key) DO UPDATE SET
            value = excluded.value, before_epoch = epoch, before_counter = counter, epoch = excluded.epoch, counter = excluded.counter
        WHERE $last OR (excluded.epoch, excluded.counter) > (epoch, counter)
        RETURNING before_epoch, before_counter
        """;

    private readonly string _file;
    private readonly string _node;
    private readonly string _connection;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly FileClaim _claim;
    private SqliteConnection? _writer;

    /// <param name="file">Created where it is not there, its folder too.</param>
    /// <param name="node">Whose entries these are; a file of another node is refused.</param>
    /// <param name="deadline">How long an operation may take, waiting for a lock included.</param>
    public SqliteStore(string file, string node, TimeSpan deadline) : base("sqlite", deadline)
    {
        (_file, _node, _claim) = (file, node, new FileClaim(file + "-owner"));
        _connection = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = SqliteOpenMode.ReadWriteCreate,
            DefaultTimeout = Math.Max(1, (int)deadline.TotalSeconds),
            Pooling = true,
        }.ToString();
    }

    /// <summary>Where a node's file lies: <c>{node}</c> stands for its id, and in a folder the file is named after it.</summary>
    public static string FileOf(string path, string node)
    {
        var file = path.Replace("{node}", node, StringComparison.Ordinal);
        return Path.GetFullPath(file.EndsWith('/') || Directory.Exists(file) ? Path.Combine(file, $"{node}.db") : file);
    }

    protected override async Task<Opened> OpenAsync(CancellationToken deadline)
    {
        await StorageClaim.TakeAsync(() => Task.FromResult(_claim.TryTake()), $"The SQLite file {Path.GetFileName(_file)}", TimeProvider.System, deadline);
        return await WriteAsync(c => SqliteSchema.Prepare(c, _node), deadline);
    }

    protected override async Task TryOutAsync(CancellationToken deadline)
    {
        if (!File.Exists(_file)) return;
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        await connection.OpenAsync(deadline);
        SqliteSchema.Check(connection, _node);
    }

    protected override Task<ApplyResult[]> PutAsync(IReadOnlyList<Put> puts, EntryVersion keep, CancellationToken deadline) => WriteAsync(connection =>
    {
        using var put = connection.Command(PutSql, ("$key", null), ("$value", null), ("$epoch", null), ("$counter", null), ("$last", null));
        using var held = connection.Command("SELECT epoch, counter FROM kvlab_entries WHERE key = $key", ("$key", null));
        var results = new ApplyResult[puts.Count];
        for (var i = 0; i < results.Length; i++) results[i] = PutOne(put, held, puts[i]);
        if (!keep.IsNone) Keep(connection, keep);
        return results;
    }, deadline);

    private static ApplyResult PutOne(SqliteCommand put, SqliteCommand held, Put given)
    {
        var (entry, rule) = given;
        var key = Encoding.UTF8.GetBytes(entry.Key);
        put.Parameters[0].Value = key;
        put.Parameters[1].Value = entry.Value.Utf8.ToArray();
        put.Parameters[2].Value = entry.Version.Epoch;
        put.Parameters[3].Value = entry.Version.Counter;
        put.Parameters[4].Value = rule == ApplyRule.LastArrivalWins;
        using (var row = put.ExecuteReader())
            if (row.Read()) return new ApplyResult(ApplyOutcome.Applied, new EntryVersion(row.GetInt64(0), row.GetInt64(1)), entry.Version);

        // Refused. The transaction is the only writer, so what is held is still what the statement compared with.
        held.Parameters[0].Value = key;
        using var kept = held.ExecuteReader();
        kept.Read();
        var version = new EntryVersion(kept.GetInt64(0), kept.GetInt64(1));
        return new ApplyResult(version == entry.Version ? ApplyOutcome.Duplicate : ApplyOutcome.Stale, version, version);
    }

    protected override Task<bool> TakeBackAsync(string key, EntryVersion version, Entry? instead, CancellationToken deadline) => WriteAsync(connection =>
    {
        var which = new (string, object?)[] { ("$key", Encoding.UTF8.GetBytes(key)), ("$epoch", version.Epoch), ("$counter", version.Counter) };
        const string where = "WHERE key = $key AND epoch = $epoch AND counter = $counter";
        using var command = instead is null
            ? connection.Command($"DELETE FROM kvlab_entries {where}", which)
            : connection.Command($"UPDATE kvlab_entries SET value = $value, epoch = $toEpoch, counter = $toCounter {where}",
                [.. which, ("$value", instead.Value.Utf8.ToArray()), ("$toEpoch", instead.Version.Epoch), ("$toCounter", instead.Version.Counter)]);
        return command.ExecuteNonQuery() == 1;
    }, deadline);

    protected override Task EmptyAsync(EntryVersion newest, CancellationToken deadline) => WriteAsync(connection =>
    {
        Keep(connection, newest);
        using var delete = connection.Command("DELETE FROM kvlab_entries");
        return delete.ExecuteNonQuery();
    }, deadline);

    protected override Task KeepAsync(EntryVersion seen, CancellationToken deadline) => WriteAsync(connection => Keep(connection, seen), deadline);

    private static int Keep(SqliteConnection connection, EntryVersion seen)
    {
        using var command = connection.Command(
            "UPDATE kvlab_mark SET epoch = max(epoch, $epoch), counter = max(counter, $counter)", ("$epoch", seen.Epoch), ("$counter", seen.Counter));
        return command.ExecuteNonQuery();
    }

    protected override Task<Entry?> ReadAsync(string key, CancellationToken deadline) => ThreadSeams.OnPoolAsync(() =>
    {
        using var connection = Open();
        using var command = connection.Command($"{Columns} WHERE key = $key", ("$key", Encoding.UTF8.GetBytes(key)));
        using var row = command.ExecuteReader();
        return row.Read() ? EntryOf(row) : null;
    });

    protected override Task<long> CountKeysAsync(CancellationToken deadline) => ThreadSeams.OnPoolAsync(() =>
    {
        using var connection = Open();
        using var command = connection.Command("SELECT count(*) FROM kvlab_entries");
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>One statement reads one moment, however long it takes: later commits go to the log behind it.</summary>
    protected override async IAsyncEnumerable<Entry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await ThreadSeams.OnPoolAsync(Open);
        await using var command = connection.Command(Columns);
        await using var rows = await ThreadSeams.OnPoolAsync(command.ExecuteReader);
        while (await ThreadSeams.OnPoolAsync(() => ReadPiece(rows)) is { Count: > 0 } piece)
        {
            foreach (var entry in piece)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return entry;
            }
        }
    }

    private static List<Entry> ReadPiece(SqliteDataReader rows)
    {
        ThreadSeams.MayBlock("A read of SQLite");
        var piece = new List<Entry>();
        while (piece.Count < PieceLength && rows.Read()) piece.Add(EntryOf(rows));
        return piece;
    }

    private static Entry EntryOf(SqliteDataReader row) => StoredRow.Entry(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2), row.GetInt64(3));

    private SqliteConnection Open()
    {
        ThreadSeams.MayBlock("A call of SQLite");
        var connection = new SqliteConnection(_connection);
        connection.Open();
        return connection;
    }

    /// <summary>One transaction of the only writer. After a failure its connection is not trusted any more.</summary>
    private async Task<T> WriteAsync<T>(Func<SqliteConnection, T> step, CancellationToken deadline)
    {
        await _writing.WaitAsync(deadline);
        try
        {
            return await ThreadSeams.OnPoolAsync(() => Commit(step));
        }
        catch
        {
            DropWriter();
            throw;
        }
        finally
        {
            _writing.Release();
        }
    }

    private T Commit<T>(Func<SqliteConnection, T> step)
    {
        ThreadSeams.MayBlock("A commit of SQLite");
        var connection = _writer ??= OpenWriter();
        using var transaction = connection.BeginTransaction(deferred: false);
        var result = step(connection);
        transaction.Commit();
        return result;
    }

    private SqliteConnection OpenWriter()
    {
        var connection = Open();
        connection.Run("PRAGMA journal_mode = WAL");
        connection.Run("PRAGMA synchronous = FULL");
        return connection;
    }

    private void DropWriter()
    {
        if (_writer is not { } writer) return;
        _writer = null;
        writer.Dispose();
        SqliteConnection.ClearPool(writer);
    }

    protected override StoreException Explain(Exception failure)
    {
        var name = Path.GetFileName(_file);
        return failure switch
        {
            // Primary result codes: sqlite.org/rescode.html.
            SqliteException { SqliteErrorCode: 5 or 6 } => new StoreException(StoreFailure.Slow, $"The SQLite file {name} is locked by another program.", failure),
            SqliteException { SqliteErrorCode: 8 } => new StoreException(StoreFailure.ReadOnly, $"The SQLite file {name} cannot be written, only read.", failure),
            SqliteException { SqliteErrorCode: 13 } => new StoreException(StoreFailure.Full, $"There is no room for the SQLite file {name}: the disk is full.", failure),
            // Of writing: what the disk has room for, but something else forbids. Of the log's index: made before anything can even be read.
            SqliteException { SqliteExtendedErrorCode: 778 } => new StoreException(
                StoreFailure.Full, $"The SQLite file {name} cannot grow: a quota or a file-size limit is reached, or the disk is broken.", failure),
            SqliteException { SqliteExtendedErrorCode: 4874 or 5386 } => new StoreException(StoreFailure.Full, $"There is no room beside the SQLite file {name} for the index of its log.", failure),
            SqliteException { SqliteErrorCode: 14 } => new StoreException(StoreFailure.Unavailable, $"The SQLite file {name} cannot be opened: its folder must exist, and this node must be allowed to write there.", failure),
            SqliteException { SqliteErrorCode: 11 or 26 } => new StoreException(StoreFailure.Other, $"The file {name} is damaged, or is not an SQLite file.", failure),
            SqliteException known => new StoreException(StoreFailure.Unavailable, $"The SQLite file {name} cannot be used (SQLite error {known.SqliteExtendedErrorCode}).", failure),
            UnauthorizedAccessException => new StoreException(StoreFailure.ReadOnly, $"The folder of the SQLite file {name} cannot be written.", failure),
            IOException => new StoreException(StoreFailure.Unavailable, $"The folder of the SQLite file {name} cannot be created or reached.", failure),
            _ => new StoreException(StoreFailure.Other, $"The SQLite file {name} failed: {failure.Message}", failure),
        };
    }

    protected override ValueTask EndAsync()
    {
        _claim.Dispose();
        return ValueTask.CompletedTask;
    }

    protected override async ValueTask CloseAsync()
    {
        // A commit that hangs keeps its connection; the process ends or it comes back.
        if (!await _writing.WaitAsync(TimeSpan.FromSeconds(2))) return;
        try
        {
            DropWriter();
            SqliteConnection.ClearPool(new SqliteConnection(_connection));
        }
        finally
        {
            _writing.Release();
        }
    }
}
