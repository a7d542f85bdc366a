using System.Data.Common;
using System.Net.Sockets;
using KvLab.Core.Storage;
using KvLab.Web.Timing;

namespace KvLab.Web.Options;

/// <summary>
/// Whether a storage can be reached at all, looked at before any node is stopped for it: a server that listens, a folder that takes a file. Passwords and schemas are the nodes'
/// own to find out; what they find wrong brings back what was.
/// </summary>
internal static class StorageReach
{
    private const int RedisPort = 6379;
    private const int PostgresPort = 5432;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="storage">Its form is right already.</param>
    /// <returns>What is wrong, in a sentence without secrets; null where nothing is.</returns>
    public static async Task<string?> ProblemOfAsync(string storage, string node, TimeProvider time, CancellationToken cancellation)
    {
        var (kind, connection) = StorageText.Split(storage);
        switch (kind)
        {
            case StorageServers.Redis: return await ServersAsync("Redis", RedisServers(connection), time, cancellation);
            case StorageServers.Postgres: return await ServersAsync("PostgreSQL", PostgresServers(connection), time, cancellation);
            case StorageServers.Sqlite: return FolderProblem(connection.Replace("{node}", node, StringComparison.Ordinal));
            default: return null;
        }
    }

    private static List<(string Host, int Port)> RedisServers(string connection)
    {
        if (!RedisAddress.IsAddress(connection))
            return [.. connection.TrimStart('/').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeWhile(part => !part.Contains('=')).Select(part => HostAndPort(part, RedisPort))];
        var address = ServerAddress.Parse(connection);
        return [(Bare(address.Host), address.Port ?? RedisPort)];
    }

    private static List<(string Host, int Port)> PostgresServers(string connection)
    {
        if (ServerAddress.IsOne(connection))
        {
            var address = PostgresAddress.Parse(connection);
            return [(Bare(address.Host), address.Port ?? PostgresPort)];
        }

        var parts = new DbConnectionStringBuilder { ConnectionString = connection };
        var hosts = parts.TryGetValue("Host", out var host) || parts.TryGetValue("Server", out host) ? $"{host}" : "";
        var port = parts.TryGetValue("Port", out var given) && int.TryParse($"{given}", out var number) ? number : PostgresPort;
        // A path is a socket in the file system.
        return hosts.StartsWith('/') ? [] : [.. hosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(h => HostAndPort(h, port))];
    }

    private static (string Host, int Port) HostAndPort(string text, int port)
    {
        var end = text.StartsWith('[') ? text.IndexOf("]:", StringComparison.Ordinal) + 1 : text.IndexOf(':', StringComparison.Ordinal);
        return end > 0 && int.TryParse(text[(end + 1)..], out var given) ? (Bare(text[..end]), given) : (Bare(text), port);
    }

    private static string Bare(string host) => host.Trim('[', ']');

    /// <summary>One of several is enough.</summary>
    private static async Task<string?> ServersAsync(string what, List<(string Host, int Port)> servers, TimeProvider time, CancellationToken cancellation)
    {
        string? problem = null;
        foreach (var (host, port) in servers)
        {
            if (await ConnectAsync(host, port, time, cancellation) is not { } why) return null;
            problem ??= $"{what} at {host}:{port} cannot be reached ({why}).";
        }

        return problem;
    }

    private static async Task<string?> ConnectAsync(string host, int port, TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new AwakeDeadline(Patience, time, cancellation);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, port, deadline.Token);
            return null;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => "no process is listening there",
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "this name cannot be resolved",
                _ => failure.Message,
            };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
    }

    /// <summary>A file is put there and taken away again.</summary>
    private static string? FolderProblem(string connection)
    {
        var folder = connection.EndsWith('/') || Directory.Exists(connection) ? connection : Path.GetDirectoryName(Path.GetFullPath(connection)) ?? "/";
        try
        {
            Directory.CreateDirectory(folder);
            var probe = Path.Combine(folder, $".kvlab-{Guid.NewGuid():N}");
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
            {
            }

            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return $"The folder of the SQLite files cannot be written: {failure.Message}";
        }
    }
}
