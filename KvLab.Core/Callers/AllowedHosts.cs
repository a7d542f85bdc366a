using System.Net;
using KvLab.Core.Configuration;

namespace KvLab.Core.Callers;

/// <summary>
/// Under which names a server may be called. A page of another site can make its own name mean this machine (DNS rebinding) and would then be of the same origin as the
/// server; but the browser goes on sending that name as <c>Host</c>.
/// </summary>
public sealed class AllowedHosts
{
    private readonly HashSet<string> _names = new(StringComparer.OrdinalIgnoreCase) { "localhost" };
    private readonly List<string> _suffixes = [];

    /// <param name="names">Beside localhost and loopback's addresses; <c>*.example.org</c> allows what ends so.</param>
    public AllowedHosts(IEnumerable<string> names)
    {
        foreach (var name in names)
            if (name.StartsWith("*.", StringComparison.Ordinal)) _suffixes.Add(name[1..]);
            else _names.Add(name.Trim('[', ']'));
    }

    /// <summary>For people who called it by another one; addresses of this machine are allowed besides.</summary>
    public IEnumerable<string> Names => _names.Concat(_suffixes.Select(s => $"*{s}"));

    /// <summary>A list of names, apart by commas or semicolons.</summary>
    public static IReadOnlyList<string> Read(string? text, string setting, FieldErrors errors)
    {
        var names = (text ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var name in names)
        {
            // "*" would let every page of the world in under a name of its own.
            var plain = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name.Trim('[', ']');
            errors.Require(Uri.CheckHostName(plain) != UriHostNameType.Unknown, setting,
                $"{setting} must list names or addresses without ports, such as lab.example.org, *.example.org or 192.168.1.20, but holds \"{name}\".");
        }

        return names;
    }

    /// <param name="host">The header <c>Host</c>, with or without a port. Browsers always send one.</param>
    /// <param name="anyAddress">Whether a bare address is one of this server's: nobody can make that of another machine mean this one, and beyond loopback it is known by many.</param>
    public bool Allows(string? host, bool anyAddress)
    {
        if (string.IsNullOrEmpty(host)) return true;
        var name = WithoutPort(host);
        return _names.Contains(name)
            || (IPAddress.TryParse(name, out var address) && (anyAddress || IPAddress.IsLoopback(address)))
            || _suffixes.Exists(suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    private static string WithoutPort(string host)
    {
        if (host[0] == '[') return host.IndexOf(']', StringComparison.Ordinal) is > 0 and var end ? host[1..end] : host;
        var colon = host.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? host : host[..colon];
    }
}
