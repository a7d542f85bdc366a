using KvLab.Core.Configuration;

namespace KvLab.Web.Options;

/// <summary>
/// Where the web server is told to listen, looked at before it is: the server stops at the first wrong address, does not say which option
/// had it, and takes <c>http://127.0.0.1:x</c> for all addresses at port 80.
/// </summary>
internal static class ListenOptions
{
    public const string DefaultUrl = "http://127.0.0.1:5080";

    public static void Check(IConfiguration configuration, FieldErrors errors)
    {
        foreach (var address in Split(configuration["urls"])) CheckAddress(NameOf("urls"), address, errors);
        foreach (var endpoint in configuration.GetSection("Kestrel:Endpoints").GetChildren())
        {
            if (endpoint["Url"] is { Length: > 0 } address) CheckAddress($"{endpoint.Path}:Url", address.Trim(), errors);
            else errors.Add(endpoint.Path, $"{endpoint.Path} needs an address: {endpoint.Path}:Url={DefaultUrl}.");
        }

        foreach (var name in new[] { "http_ports", "https_ports" })
            foreach (var port in Split(configuration[name]))
                errors.Require(ushort.TryParse(port, out _), name, $"{NameOf(name)} must be port numbers from 0 to 65535, but holds \"{Spelling.Shown(port)}\".");
    }

    public static string[] Split(string? addresses) => (addresses ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void CheckAddress(string name, string text, FieldErrors errors)
    {
        var address = Parse(text);
        if (address is null || (!address.IsUnixPipe && !address.IsNamedPipe && !IsHost(address.Host)))
            errors.Add(name, $"{name} is not an address: \"{Spelling.Shown(text)}\". Example: {DefaultUrl}");
        else if (address.Scheme.ToUpperInvariant() is not ("HTTP" or "HTTPS"))
            errors.Add(name, $"{name} must begin with http:// or https://, but is \"{Spelling.Shown(text)}\".");
        else if (address.Port is < 0 or > 65_535)
            errors.Add(name, $"{name} has a port that is not from 0 to 65535: \"{Spelling.Shown(text)}\". Example: {DefaultUrl}");
        else if (address.PathBase.Length > 0)
            errors.Add(name, $"{name} must not have a path, but is \"{Spelling.Shown(text)}\". To serve the lab under a path, use Lab:PathBase: "
                + $"{name} {text.TrimEnd('/')[..^address.PathBase.Length]} --Lab:PathBase {address.PathBase}");
    }

    private static BindingAddress? Parse(string text)
    {
        try
        {
            return BindingAddress.Parse(text.TrimEnd('/'));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>What could not be read as a port is left at the host's end.</summary>
    private static bool IsHost(string host) => host.Length > 0 && (host.StartsWith('[') ? host.EndsWith(']') : !host.Contains(':'));

    /// <summary>The command line wins, then the environment; so whoever set it finds it.</summary>
    private static string NameOf(string key)
    {
        string[] variables = [$"ASPNETCORE_{key.ToUpperInvariant()}", $"DOTNET_{key.ToUpperInvariant()}", key.ToUpperInvariant()];
        var isArgument = Environment.GetCommandLineArgs().Any(arg => arg.TrimStart('-', '/').Split('=')[0].Equals(key, StringComparison.OrdinalIgnoreCase));
        return isArgument ? $"--{key}" : variables.FirstOrDefault(v => Environment.GetEnvironmentVariable(v) is { Length: > 0 }) ?? $"--{key}";
    }
}
