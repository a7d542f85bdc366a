using System.Data.Common;
using KvLab.Core.Configuration;

namespace KvLab.Web.Supervision;

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
        else if (kind == StorageServers.Redis && !IsRedis(connection))
            errors.Add(field, $"{field} names redis, but no server such as localhost:6379,password=…,defaultDatabase=1; nor is one configured as Storage:Redis.");
        else if (kind == StorageServers.Postgres && !IsPostgres(connection))
            errors.Add(field, $"{field} names postgres, but no server such as Host=localhost;Username=…;Database=kvlab or //user:password@host/database; nor is one configured as Storage:Postgres.");
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

    private static (string Kind, string Connection) Split(string storage)
    {
        var colon = storage.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (storage.ToLowerInvariant(), "") : (storage[..colon].ToLowerInvariant(), storage[(colon + 1)..].Trim());
    }

    private static bool IsRedis(string connection) => connection.TrimStart('/').Split(',')[0].Trim() is { Length: > 0 } server && !server.Contains('=');

    private static bool IsPostgres(string connection)
    {
        if (connection.StartsWith("//", StringComparison.Ordinal)) return Uri.TryCreate($"postgres:{connection}", UriKind.Absolute, out var address) && address.Host.Length > 0;
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connection };
            return parts.ContainsKey("Host") || parts.ContainsKey("Server");
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
