namespace KvLab.Core.Storage;

/// <summary>
/// The forms of a Redis connection: an address, <c>//user:password@host:port/0</c>, or servers and options, <c>host:port,password=…</c>. In the second form a comma ends a
/// value, so what follows a password with a comma would be taken for a server and printed: servers come first, and nothing else is one.
/// </summary>
public static class RedisAddress
{
    /// <exception cref="AddressException">It is none; the message repeats nothing of it.</exception>
    public static void Check(string connection)
    {
        if (IsAddress(connection))
        {
            if (connection.Contains(',')) throw new AddressException("has a comma; in an address write %2C");
            var address = ServerAddress.Parse(connection);
            if (address.Database is { } database && !(int.TryParse(database, out var number) && number >= 0)) throw new AddressException("must name a database by its number, as in //host:6379/1");
            if (address.Options.Length > 0) throw new AddressException("takes no options after a question mark; write host:port,option=value");
            return;
        }

        var parts = connection.TrimStart('/').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var servers = parts.TakeWhile(part => !part.Contains('=')).ToArray();
        if (servers.Length == 0 || !servers.All(IsServer)) throw new AddressException("names no server such as localhost:6379,password=…,defaultDatabase=1");
        if (parts[servers.Length..].Any(part => !part.Contains('=')))
            throw new AddressException("has something after an option that is not an option: a comma ends a value here. Write a password with a comma as an address, redis://:password@host:6379, with %2C for the comma");
    }

    /// <summary>Whether it is the first form. Servers and options may have two slashes in front, too.</summary>
    public static bool IsAddress(string connection) => ServerAddress.IsOne(connection) && (connection.Contains('@') || !connection.Contains(','));

    private static bool IsServer(string text)
    {
        var colon = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 ? ServerAddress.IsHost(text)
            : ServerAddress.IsHost(text[..colon]) && ushort.TryParse(text[(colon + 1)..], out var port) && port > 0;
    }
}
