using System.Net;
using KvLab.Core.Callers;
using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>How the dashboard is reached by others than this machine (docs/classroom.md), under <c>Lab:</c> in the configuration.</summary>
public sealed record AccessOptions
{
    public const int LongestSecret = 256;

    /// <summary>
    /// <c>Lab:Secret</c>, else the <c>Cluster:Token</c> that somebody set: what people and scripts must know where other machines can reach the lab. Null: then it
    /// answers on loopback only.
    /// </summary>
    public string? Secret { get; init; }

    /// <summary>Names under which the dashboard may be called besides loopback and the machine's name; beyond loopback also under any bare address.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary><c>Lab:PathBase</c>: under which path of a reverse proxy the lab lies, such as <c>/lab</c>; empty for none.</summary>
    public string PathBase { get; init; } = "";

    /// <summary><c>Lab:Proxies</c>: the reverse proxies that are believed about who called them, and how.</summary>
    public IReadOnlyList<IPNetwork> Proxies { get; init; } = [];

    /// <summary>Under <c>Lab:</c>.</summary>
    internal static readonly IReadOnlyList<string> Names = ["Secret", "PathBase", "Proxies"];

    /// <summary>Never the secret: whatever prints a record prints all of it.</summary>
    public override string ToString() => $"path {PathBase}/, {Proxies.Count} proxies";

    public static AccessOptions Read(IConfiguration configuration, FieldErrors errors) => new()
    {
        Secret = ReadSecret(configuration, errors),
        // By the web server's own name, and by the one that nodes have for the same.
        Hosts = [.. ((string[])["AllowedHosts", "ALLOWED_HOSTS"]).SelectMany(name => AllowedHosts.Read(configuration[name], name, errors))],
        PathBase = ReadPathBase(configuration["Lab:PathBase"], errors),
        Proxies = ReadProxies(configuration["Lab:Proxies"], errors),
    };

    private static string? ReadSecret(IConfiguration configuration, FieldErrors errors)
    {
        if (configuration["Lab:Secret"] is not { Length: > 0 } secret)
            return new[] { configuration["Cluster:Token"], configuration["CLUSTER_TOKEN"] }.FirstOrDefault(token => !string.IsNullOrWhiteSpace(token))?.Trim();
        errors.Require(secret.Length is >= SharedSecret.Shortest and <= LongestSecret && secret.All(c => c is > ' ' and <= '~'), "Lab:Secret",
            $"Lab:Secret must have {SharedSecret.Shortest} to {LongestSecret} printable ASCII characters without spaces.");
        return secret;
    }

    private static string ReadPathBase(string? text, FieldErrors errors)
    {
        var path = (text ?? "").Trim().TrimEnd('/');
        if (path.Length == 0) return "";
        var segments = path[1..].Split('/');
        errors.Require(path[0] == '/' && segments.All(s => s.Length > 0 && s is not ("." or "..") && s.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '~')), "Lab:PathBase",
            $"Lab:PathBase must be a path such as /lab, of letters, digits, '-', '_', '.' and '~', but is \"{text}\".");
        return path;
    }

    private static List<IPNetwork> ReadProxies(string? text, FieldErrors errors)
    {
        var proxies = new List<IPNetwork>();
        foreach (var entry in (text ?? "").Split([',', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (IPAddress.TryParse(entry, out var address)) proxies.Add(new IPNetwork(address, address.GetAddressBytes().Length * 8));
            else if (IPNetwork.TryParse(entry, out var network) && network.PrefixLength > 0) proxies.Add(network);
            else errors.Add("Lab:Proxies", $"Lab:Proxies must list the addresses of reverse proxies, such as 127.0.0.1 or 10.1.0.0/16, but holds \"{entry}\".");
        }

        return proxies;
    }
}
