using System.IO.Hashing;
using System.Text;
using KvLab.Core.Configuration;
using KvLab.Core.Versioning;
using Npgsql;

namespace KvLab.Nodes.Storage;

/// <summary>The tables of <see cref="PostgresStore"/> and the statements on them; made by the node, numbered, and left alone where they are newer than this program.</summary>
internal sealed class PostgresSchema(string node)
{
    private const int Current = 1;

    // PostgreSQL cuts longer names off without a word, so that two of them could become one.
    private const int LongestName = 63;

    /// <summary>Advisory locks are numbers; within one database this one means this node's tables.</summary>
    public long LockNumber { get; } = unchecked((long)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(NameOf(node))));

    private readonly string _schema = $"\"{NameOf(node)}\"";

    /// <summary>
    /// Keys, values, epochs and counters as arrays, and whether the last arrival wins. The comparison is part of the statement that stores; a row keeps which
    /// version it replaced, so that the same statement can say it. In the order of keys, so that two writers cannot wait for each other.
    /// </summary>
    public string Put => $"""
        WITH given AS (
            SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[]) WITH ORDINALITY AS g (key, value, epoch, counter, position)),
        put AS (
            INSERT INTO {_schema}.entries AS e (key, value, epoch, counter, before_epoch, before_counter)
            SELECT key, value, epoch, counter, 0, 0 FROM given ORDER BY key
            ON CONFLICT (key) DO UPDATE SET
                value = excluded.value, before_epoch = e.epoch, before_counter = e.counter, epoch = excluded.epoch, counter = excluded.counter
            WHERE $5 OR (excluded.epoch, excluded.counter) > (e.epoch, e.counter)
            RETURNING key, before_epoch, before_counter)
        SELECT given.position, put.before_epoch, put.before_counter, held.epoch, held.counter
        FROM given LEFT JOIN put ON put.key = given.key LEFT JOIN {_schema}.entries AS held ON held.key = given.key
        """;

    public string Keep => $"UPDATE {_schema}.mark SET epoch = greatest(epoch, $1), counter = greatest(counter, $2)";
    public string Remove => $"DELETE FROM {_schema}.entries WHERE key = $1 AND epoch = $2 AND counter = $3";
    public string Replace => $"UPDATE {_schema}.entries SET value = $4, epoch = $5, counter = $6 WHERE key = $1 AND epoch = $2 AND counter = $3";
    public string Empty => $"DELETE FROM {_schema}.entries";
    public string ReadOne => $"{ReadAll} WHERE key = $1";
    public string ReadAll => $"SELECT key, value, epoch, counter FROM {_schema}.entries";
    public string Count => $"SELECT count(*) FROM {_schema}.entries";

    // Keys as bytes: they compare as they are, whatever characters they hold and whatever the database's collation is.
    private string Create => $"""
        CREATE SCHEMA IF NOT EXISTS {_schema};
        CREATE TABLE IF NOT EXISTS {_schema}.schema_version (version bigint NOT NULL, node text NOT NULL);
        CREATE TABLE IF NOT EXISTS {_schema}.mark (epoch bigint NOT NULL, counter bigint NOT NULL);
        CREATE TABLE IF NOT EXISTS {_schema}.entries (
            key bytea PRIMARY KEY, value bytea NOT NULL, epoch bigint NOT NULL, counter bigint NOT NULL,
            before_epoch bigint NOT NULL, before_counter bigint NOT NULL);
        INSERT INTO {_schema}.mark SELECT 0, 0 WHERE NOT EXISTS (SELECT FROM {_schema}.mark);
        INSERT INTO {_schema}.schema_version SELECT {Current}, '{node}' WHERE NOT EXISTS (SELECT FROM {_schema}.schema_version);
        """;

    public static string NameOf(string node)
    {
        var name = $"kvlab_{node}";
        return name.Length <= LongestName ? name : $"{name[..40]}_{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(node)):x16}";
    }

    /// <summary>Creates what is not there, in one transaction, and reads the highest epoch and counter ever seen.</summary>
    /// <exception cref="Core.Storage.StoreException">The tables are newer, or another node's.</exception>
    public async Task<Opened> PrepareAsync(NpgsqlConnection connection, string owner, CancellationToken deadline)
    {
        var isNew = !await ExistsAsync(connection, deadline);
        if (isNew)
        {
            await using var create = new NpgsqlCommand(Create, connection);
            await create.ExecuteNonQueryAsync(deadline);
        }

        await using (var version = new NpgsqlCommand($"SELECT version, node FROM {_schema}.schema_version", connection))
        await using (var row = await version.ExecuteReaderAsync(deadline))
        {
            if (!await row.ReadAsync(deadline)) throw StoredRow.Damaged("it does not say whose it is");
            SchemaCheck.Require(row.GetInt64(0), Current, row.GetString(1), owner, "PostgreSQL schema");
        }

        await using var newest = new NpgsqlCommand($"""
            SELECT max(epoch), max(counter) FROM (
                SELECT epoch, counter FROM {_schema}.mark
                UNION ALL SELECT max(epoch), max(counter) FROM {_schema}.entries WHERE epoch <= {InputRules.LargestClock} AND counter <= {InputRules.LargestClock}) AS seen
            """, connection);
        await using var highest = await newest.ExecuteReaderAsync(deadline);
        await highest.ReadAsync(deadline);
        return new Opened(new EntryVersion(highest.GetInt64(0), highest.GetInt64(1)), isNew);
    }

    /// <summary>Asked first: a user that may only read the tables must be able to, and no statement that makes something is sent where it is there.</summary>
    private async Task<bool> ExistsAsync(NpgsqlConnection connection, CancellationToken deadline)
    {
        await using var command = new NpgsqlCommand("SELECT to_regclass($1) IS NOT NULL", connection) { Parameters = { new NpgsqlParameter { Value = $"{_schema}.schema_version" } } };
        return (bool)(await command.ExecuteScalarAsync(deadline))!;
    }
}
