using KvLab.Core.Configuration;
using KvLab.Core.Storage;
using KvLab.Nodes.Configuration;

namespace KvLab.Nodes.Storage;

public enum StorageKind { Memory, Sqlite, Redis, Postgres }

/// <summary>What <c>STORAGE</c> says. The connection may hold a password, so nothing ever prints it: see <see cref="ToString"/>.</summary>
/// <param name="Connection">A file, folder or connection string; empty for memory.</param>
public sealed record StorageOption(StorageKind Kind, string Connection)
{
    public static readonly StorageOption Memory = new(StorageKind.Memory, "");

    private const string Forms = "memory, sqlite:<file or folder>, redis:<host:port,options> or postgres:<connection string or //user:password@host/database>";

    /// <summary>The kind alone.</summary>
    public override string ToString() => Kind.ToString().ToLowerInvariant();

    /// <summary>What is wrong with a connection, in words that repeat none of it.</summary>
    private static string? Problem(StorageKind kind, string connection)
    {
        try
        {
            if (kind == StorageKind.Redis) RedisStore.Parse(connection);
            if (kind == StorageKind.Postgres) PostgresStore.Parse(connection);
            return null;
        }
        catch (AddressException failure)
        {
            return $"what follows {failure.Message}";
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            return kind == StorageKind.Redis
                ? "what follows is not a connection string such as localhost:6379,password=…,defaultDatabase=1"
                : "what follows is not a connection string such as Host=localhost;Username=…;Password=…;Database=kvlab or //user:password@host:5432/database";
        }
    }

    internal static StorageOption Read(OptionValues values)
    {
        var text = values.Text("STORAGE") ?? "memory";
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (word, connection) = colon < 0 ? (text, "") : (text[..colon], text[(colon + 1)..].Trim());
        // Only the word before the colon may be repeated to whoever reads the error: a password may follow it.
        if (!EnumNames.TryParse<StorageKind>(word, out var kind))
        {
            values.Errors.Add("STORAGE", $"STORAGE must be {Forms}, but begins with \"{(word.Length > 20 ? word[..20] + "…" : word)}\".");
            return Memory;
        }

        if (kind == StorageKind.Memory ? colon >= 0 : connection.Length == 0)
        {
            values.Errors.Add("STORAGE", kind == StorageKind.Memory
                ? "STORAGE is memory, so nothing may follow it."
                : $"STORAGE names {word} but not where: {Forms}.");
        }

        else if (Problem(kind, connection) is { } problem)
        {
            values.Errors.Add("STORAGE", $"STORAGE names {word}, but {problem}.");
        }

        return new StorageOption(kind, connection);
    }
}
