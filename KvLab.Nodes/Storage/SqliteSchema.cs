using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Microsoft.Data.Sqlite;

namespace KvLab.Nodes.Storage;

/// <summary>The tables of <see cref="SqliteStore"/>: made by the node, numbered, and left alone where they are newer than this program.</summary>
internal static class SqliteSchema
{
    private const long Current = 1;

    // Keys as bytes: they compare as they are, whatever characters they hold.
    private const string Create = """
        CREATE TABLE kvlab_schema (version INTEGER NOT NULL, node TEXT NOT NULL);
        CREATE TABLE kvlab_mark (epoch INTEGER NOT NULL, counter INTEGER NOT NULL);
        CREATE TABLE kvlab_entries (
            key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL, epoch INTEGER NOT NULL, counter INTEGER NOT NULL,
            before_epoch INTEGER NOT NULL, before_counter INTEGER NOT NULL);
        INSERT INTO kvlab_mark VALUES (0, 0);
        INSERT INTO kvlab_schema VALUES (1, $node);
        """;

    /// <returns>False where nothing is there yet.</returns>
    /// <exception cref="StoreException">The file is newer, or another node's.</exception>
    public static bool Check(SqliteConnection connection, string node)
    {
        using (var exists = connection.Command("SELECT count(*) FROM sqlite_schema WHERE name = 'kvlab_schema'"))
            if ((long)exists.ExecuteScalar()! == 0) return false;
        using var schema = connection.Command("SELECT version, node FROM kvlab_schema");
        using var row = schema.ExecuteReader();
        if (!row.Read()) throw StoredRow.Damaged("it does not say whose it is");
        SchemaCheck.Require(row.GetInt64(0), Current, row.GetString(1), node, "SQLite file");
        return true;
    }

    /// <summary>Creates what is not there, and reads the highest epoch and counter ever seen. Within the caller's transaction.</summary>
    /// <exception cref="StoreException">The file is newer, or another node's.</exception>
    public static Opened Prepare(SqliteConnection connection, string node)
    {
        if (!Check(connection, node))
        {
            using var create = connection.Command(Create, ("$node", node));
            create.ExecuteNonQuery();
            return new Opened(EntryVersion.None, IsNew: true);
        }

        // SQLite stores a text where a number belongs, and gives it back as zero.
        using (var wrong = connection.Command("""
            SELECT (SELECT abs(count(*) - 1) FROM kvlab_mark)
                + (SELECT count(*) FROM kvlab_mark WHERE typeof(epoch) <> 'integer' OR typeof(counter) <> 'integer')
                + (SELECT count(*) FROM kvlab_entries WHERE typeof(epoch) <> 'integer' OR typeof(counter) <> 'integer' OR typeof(key) <> 'blob' OR typeof(value) <> 'blob')
            """))
        {
            if ((long)wrong.ExecuteScalar()! is > 0 and var count) throw StoredRow.Damaged($"no node can have written {count} of its rows");
        }

        using var newest = connection.Command("""
            SELECT max(epoch), max(counter) FROM (
                SELECT epoch, counter FROM kvlab_mark UNION ALL SELECT max(epoch), max(counter) FROM kvlab_entries WHERE epoch <= $largest AND counter <= $largest)
            """, ("$largest", InputRules.LargestClock));
        using var highest = newest.ExecuteReader();
        highest.Read();
        return new Opened(new EntryVersion(highest.GetInt64(0), highest.GetInt64(1)), IsNew: false);
    }
}

/// <summary>What a node must not touch.</summary>
internal static class SchemaCheck
{
    /// <exception cref="StoreException">It is newer than this program knows, or another node's.</exception>
    public static void Require(long found, long known, string owner, string node, string what)
    {
        if (found > known)
            throw new StoreException(StoreFailure.Schema, $"The {what} has schema version {found}, made by a newer KvLab; this one knows versions up to {known}.");
        if (owner != node)
            throw new StoreException(StoreFailure.Schema, $"The {what} belongs to the node {owner}, and this is {node}: each node needs its own.");
    }
}

internal static class SqliteCommands
{
    /// <summary>A command in the connection's open transaction; a parameter without a value gets it later.</summary>
    public static SqliteCommand Command(this SqliteConnection connection, string sql, params (string Name, object? Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }

    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.Command(sql);
        command.ExecuteNonQuery();
    }
}
