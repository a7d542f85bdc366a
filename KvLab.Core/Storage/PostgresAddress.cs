using System.Collections.Frozen;

namespace KvLab.Core.Storage;

/// <summary>What may stand behind the question mark of a PostgreSQL address: libpq's names (PostgreSQL manual, 32.1.2) for what Npgsql can do, and Npgsql's own.</summary>
public static class PostgresAddress
{
    private static readonly FrozenDictionary<string, string> Keywords = new Dictionary<string, string>
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["sslnegotiation"] = "SSL Negotiation",
        ["channelbinding"] = "Channel Binding",
        ["gssencmode"] = "GSS Encryption Mode",
        ["requireauth"] = "Require Auth",
        ["connecttimeout"] = "Timeout",
        ["timeout"] = "Timeout",
        ["commandtimeout"] = "Command Timeout",
        ["applicationname"] = "Application Name",
        ["user"] = "Username",
        ["username"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["dbname"] = "Database",
        ["database"] = "Database",
        ["options"] = "Options",
        ["searchpath"] = "Search Path",
        ["clientencoding"] = "Client Encoding",
        ["keepalives"] = "TCP Keepalive",
        ["keepalive"] = "Keepalive",
        ["pooling"] = "Pooling",
        ["minpoolsize"] = "Minimum Pool Size",
        ["minimumpoolsize"] = "Minimum Pool Size",
        ["maxpoolsize"] = "Maximum Pool Size",
        ["maximumpoolsize"] = "Maximum Pool Size",
        ["timezone"] = "Timezone",
        ["includeerrordetail"] = "Include Error Detail",
        ["checkcertificaterevocation"] = "Check Certificate Revocation",
    }.ToFrozenDictionary();

    /// <summary>Npgsql's keyword for each option that is known.</summary>
    public static IEnumerable<string> AllKeywords => Keywords.Values.Distinct();

    /// <returns>Null where Npgsql has none.</returns>
    public static string? KeywordOf(string option) => Keywords.GetValueOrDefault(Plain(option));

    /// <summary>libpq writes verify-full, Npgsql VerifyFull.</summary>
    public static string ValueOf(string keyword, string value) => keyword is "SSL Mode" or "Channel Binding" or "SSL Negotiation" ? value.Replace("-", "", StringComparison.Ordinal) : value;

    /// <exception cref="AddressException">It is none; the message repeats nothing of it but the names of options.</exception>
    public static ServerAddress Parse(string connection)
    {
        var address = ServerAddress.Parse(connection);
        var unknown = address.Options.Select(o => o.Key).Where(name => KeywordOf(name) is null).ToArray();
        if (unknown.Length == 0) return address;
        var names = unknown.Where(name => name.Length <= 40 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ' ')).ToArray();
        throw new AddressException($"has options behind the question mark that cannot be honoured: {(names.Length > 0 ? string.Join(", ", names) : "their names are not valid")}");
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
}
