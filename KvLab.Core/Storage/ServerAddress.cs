using System.Collections.Immutable;
using System.Globalization;

namespace KvLab.Core.Storage;

/// <summary>
/// A storage server as an address, <c>//user:password@host:port/database?option=value</c>, with percent-escapes (RFC 3986). It is taken apart strictly: a character
/// that would end the password early makes it no address, because what follows would be taken for a host and printed.
/// </summary>
public sealed record ServerAddress
{
    private const string Reason = "is not an address such as //user:password@host:port/database; in a password write % @ : / ? # and blanks as %25 %40 %3A %2F %3F %23 %20";

    public string? User { get; private init; }
    public string? Password { get; private init; }
    public required string Host { get; init; }
    public int? Port { get; private init; }
    public string? Database { get; private init; }

    /// <summary>What stands behind the question mark, in its order.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Options { get; private init; } = [];

    /// <summary>Without user, password and options.</summary>
    public override string ToString() => Port is { } port ? $"{Host}:{port}" : Host;

    public static bool IsOne(string text) => text.StartsWith("//", StringComparison.Ordinal);

    /// <exception cref="AddressException">It is none; the message repeats nothing of it.</exception>
    public static ServerAddress Parse(string text)
    {
        if (!IsOne(text) || text.Any(c => c is '#' or '"' or '\'' or '\\' || char.IsControl(c) || char.IsWhiteSpace(c))) throw Wrong();
        var question = text.IndexOf('?', StringComparison.Ordinal);
        var (whole, query) = question < 0 ? (text[2..], "") : (text[2..question], text[(question + 1)..]);
        var slash = whole.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (whole, "") : (whole[..slash], whole[(slash + 1)..]);
        // A second @, or one further on, is the end of a password whose beginning was taken for something else.
        if (authority.Count(c => c == '@') > 1 || path.Contains('@') || path.Contains('/') || query.Contains('@') || query.Contains('?')) throw Wrong();

        var at = authority.IndexOf('@', StringComparison.Ordinal);
        var login = at < 0 ? [] : authority[..at].Split(':');
        if (login.Length > 2) throw Wrong();
        var (host, port) = HostAndPort(authority[(at + 1)..]);
        return new ServerAddress
        {
            User = login is [{ Length: > 0 } user, ..] ? Unescape(user) : null,
            Password = login.Length > 1 ? Unescape(login[1]) : null,
            Host = host,
            Port = port,
            Database = path.Length > 0 ? Unescape(path) : null,
            Options = [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Option)],
        };
    }

    private static (string Host, int? Port) HostAndPort(string text)
    {
        var end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        if (end < 0) end = text.Length;
        var (host, rest) = (text[..end], text[end..]);
        if (!IsHost(host) || (rest.Length > 0 && rest[0] != ':')) throw Wrong();
        if (rest.Length == 0) return (host, null);
        return int.TryParse(rest[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65_535 ? (host, port) : throw Wrong();
    }

    /// <summary>A name, an IPv4 address, or an IPv6 address in brackets.</summary>
    public static bool IsHost(string text) => text.StartsWith('[')
        ? text.Length > 3 && text[^1] == ']' && text[1..^1].All(c => char.IsAsciiHexDigit(c) || c is ':' or '.' or '%')
        : text.Length is > 0 and <= 253 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');

    private static KeyValuePair<string, string> Option(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw Wrong();
        return new(Unescape(text[..equals]), Unescape(text[(equals + 1)..].Replace('+', ' ')));
    }

    private static string Unescape(string text)
    {
        for (var i = text.IndexOf('%', StringComparison.Ordinal); i >= 0; i = text.IndexOf('%', i + 1))
            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) throw Wrong();
        return Uri.UnescapeDataString(text);
    }

    private static AddressException Wrong() => new(Reason);
}
