using System.Data.Common;
using KvLab.Core.Configuration;
using KvLab.Core.Storage;

namespace KvLab.Web.Options;

/// <summary>
/// What can be said of a node's <c>STORAGE</c> without the node: whether its form is one. What is wrong is said by the field's name alone, because a password may
/// stand anywhere behind the colon.
/// </summary>
internal static class StorageText
{
    public const string Forms = "memory, sqlite:<folder or file with {node}>, redis:<connection> or postgres:<connection>";

    /// <summary>For one node.</summary>
    public static void Check(string storage, string field, FieldErrors errors)
    {
        var (kind, connection) = Split(storage);
        if (!StorageServers.Kinds.Contains(kind) || (kind == StorageServers.Memory && storage.Contains(':')))
            errors.Add(field, $"{field} must be {Forms}.");
        else if (connection.Length == 0 && kind is StorageServers.Redis or StorageServers.Postgres)
            errors.Add(field, $"{field} names {kind}, but no server; nor is one configured as Storage:{char.ToUpperInvariant(kind[0])}{kind[1..]}.");
        else if (ProblemOf(kind, connection) is { } problem)
            errors.Add(field, $"{field} names {kind}, but what follows {problem}.");
        else if (kind == StorageServers.Sqlite && connection.Length == 0)
            errors.Add(field, $"{field} names sqlite, but neither a folder nor a file.");
    }

    /// <summary>For all nodes: as for one, and none may be given another's file.</summary>
    public static void CheckForAll(string storage, string field, FieldErrors errors)
    {
        Check(storage, field, errors);
        var (kind, connection) = Split(storage);
        var isFile = kind == StorageServers.Sqlite && connection.Length > 0 && !connection.EndsWith('/') && !connection.Contains("{node}", StringComparison.Ordinal) && !Directory.Exists(connection);
        errors.Require(!isFile, field, $"{field} names one SQLite file, but each node needs its own: name a folder that ends in /, or put {{node}} into the name.");
    }

    internal static (string Kind, string Connection) Split(string storage)
    {
        var colon = storage.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (storage.ToLowerInvariant(), "") : (storage[..colon].ToLowerInvariant(), storage[(colon + 1)..].Trim());
    }

    /// <summary>In words that repeat no secret; null where there is none.</summary>
    private static string? ProblemOf(string kind, string connection)
    {
        try
        {
            if (kind == StorageServers.Redis) RedisAddress.Check(connection);
            if (kind == StorageServers.Postgres) CheckPostgres(connection);
            return null;
        }
        catch (AddressException wrong)
        {
            return wrong.Message;
        }
    }

    private static void CheckPostgres(string connection)
    {
        if (ServerAddress.IsOne(connection))
        {
            PostgresAddress.Parse(connection);
            return;
        }

        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            if (parts.ContainsKey("Host") || parts.ContainsKey("Server")) return;
        }
        catch (ArgumentException)
        {
            // Its message may repeat a password's tail.
        }

        throw new AddressException("is neither Host=localhost;Username=…;Password=…;Database=kvlab nor //user:password@host:5432/database");
    }
}
