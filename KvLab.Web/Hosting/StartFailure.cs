using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using KvLab.Core.Configuration;
using KvLab.Web.Options;
using KvLab.Web.Supervision;
using Microsoft.AspNetCore.Connections;

namespace KvLab.Web.Hosting;

/// <summary>Why the dashboard cannot start: one sentence per cause, with what to do about it, and never a stack trace (docs/troubleshooting.md).</summary>
internal static partial class StartFailure
{
    private const int FirstUnprivilegedPort = 1024;

    /// <param name="urls">All addresses where it was to listen, as <c>--urls</c> has them; null where that is not known.</param>
    public static string Explain(Exception failure, string? urls = null)
    {
        var all = Chain(failure).ToList();
        var sentence = all.Select(Cause).FirstOrDefault(cause => cause is not null) ?? $"{failure.Message.TrimEnd('.')} ({failure.GetType().Name}).";
        return $"KvLab cannot start: {sentence}";

        string? Cause(Exception cause) => cause switch
        {
            AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } => Busy(AddressIn(all), urls),
            SocketException { SocketErrorCode: SocketError.AccessDenied } => Forbidden(AddressIn(all)),
            SocketException { SocketErrorCode: SocketError.AddressNotAvailable } => $"this machine has no address {AddressIn(all)?.Host ?? "like the one in --urls"}. Choose one of its own, such as --urls {ListenOptions.DefaultUrl}",
            SocketException { SocketErrorCode: SocketError.HostNotFound } => $"the name in --urls cannot be resolved. Choose an address of this machine, such as --urls {ListenOptions.DefaultUrl}",
            IOException when cause.Message.Contains("inotify", StringComparison.Ordinal) =>
                "the limit of this user for watching files (inotify) is reached. Raise it: sudo sysctl fs.inotify.max_user_instances=1024",
            IOException when cause.Message.Contains("Too many open files", StringComparison.Ordinal) => "the limit for open files is reached. Raise it in this shell: ulimit -n 4096",
            InvalidOperationException when cause.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase) =>
                "https needs a certificate, and none is configured. Use http, or make one for development: dotnet dev-certs https",
            FileNotFoundException or DirectoryNotFoundException when QuotedPath(cause.Message) is { } file =>
                $"there is no file {file}. Correct the option that names it, such as Kestrel:Certificates:Default:Path.",
            DirectoryNotFoundException when Path.IsPathRooted(cause.Message) => $"the folder {cause.Message} does not exist, or this user is not allowed to read it.",
            FileNotFoundException or DirectoryNotFoundException => cause.Message,
            ArgumentOutOfRangeException { ParamName: "port" } => $"a port in --urls must be from 0 to 65535. Example: --urls {ListenOptions.DefaultUrl}",
            CryptographicException => "the certificate cannot be read: the file is not a certificate, or the password is wrong (Kestrel:Certificates:Default:Path and :Password).",
            InvalidDataException when cause.Message.Contains("configuration", StringComparison.Ordinal) => $"{FileIn(cause.Message)} is not valid JSON. Correct or remove it.",
            UnauthorizedAccessException => $"{FileIn(cause.Message)} cannot be read by this user. Change its rights (chmod, chown).",
            FormatException when cause.Message.Contains("url", StringComparison.OrdinalIgnoreCase) => $"--urls is not an address: {cause.Message.TrimEnd('.')}. Example: --urls {ListenOptions.DefaultUrl}",
            _ => null,
        };
    }

    private static string Busy(Uri? address, string? urls)
    {
        if (address is null) return $"another program uses its address already. Choose another: --urls {ListenOptions.DefaultUrl}";
        if (ListenOptions.Split(urls) is { Length: > 1 } several) return Busy(address, several);
        var free = FreePorts.Choose([address.Port])[0];
        return $"address already in use: another program listens on port {address.Port}. Port {free} is free: --urls {At(address, free)}";
    }

    /// <summary>Of several addresses those that are free stay as they are, and each port keeps its neighbours: one that is used by two addresses is used by both.</summary>
    private static string Busy(Uri address, string[] several)
    {
        var ports = several.Select(url => Uri.TryCreate(url.Replace("*", "any", StringComparison.Ordinal).Replace("+", "any", StringComparison.Ordinal), UriKind.Absolute, out var uri) ? uri.Port : 0).ToArray();
        var taken = ports.Distinct().Where(port => port == address.Port || (port > 0 && !FreePorts.IsFree(port))).ToArray();
        var instead = taken.Zip(FreePorts.Choose(taken), (port, other) => (port, other == port ? FreePorts.Choose([0])[0] : other)).ToDictionary();
        var proposed = several.Zip(ports, (url, port) => instead.TryGetValue(port, out var other) ? Regex.Replace(url, $":{port}(?=/?$)", $":{other}") : url);
        return $"address already in use: another program listens on {(taken.Length == 1 ? "port" : "ports")} {NameList.And([.. taken.Select(port => $"{port}")])}. These are free: --urls \"{string.Join(';', proposed)}\"";
    }

    private static string Forbidden(Uri? address)
    {
        if (address is null || address.Port >= FirstUnprivilegedPort) return $"this user is not allowed to listen on {address?.Authority ?? "that port"}.";
        var free = FreePorts.Choose([address.Port == 443 ? 8443 : 8080])[0];
        return $"port {address.Port} is below {FirstUnprivilegedPort}, where only an administrator may listen. Port {free} is free: --urls {At(address, free)}";
    }

    private static string At(Uri address, int port) => $"{address.Scheme}://{(address.Host == "0.0.0.0" ? "0.0.0.0" : address.Host)}:{port}";

    /// <summary>Kestrel names the address that it could not bind.</summary>
    private static Uri? AddressIn(IEnumerable<Exception> chain) => chain
        .Select(e => Address().Match(e.Message)).Where(m => m.Success).Select(m => Uri.TryCreate(m.Value, UriKind.Absolute, out var uri) ? uri : null).FirstOrDefault(u => u is not null);

    private static string FileIn(string message) => Quoted(message) ?? "a file of the configuration";

    private static string? Quoted(string message) => QuotedFile().Match(message) is { Success: true } match ? match.Groups[1].Value : null;

    private static string? QuotedPath(string message) => Quoted(message) is { } quoted && Path.IsPathRooted(quoted) ? quoted : null;

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var next = failure; next is not null; next = next.InnerException) yield return next;
    }

    [GeneratedRegex(@"https?://[^\s/]*:\d+")]
    private static partial Regex Address();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex QuotedFile();
}
