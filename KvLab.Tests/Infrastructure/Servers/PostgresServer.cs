using Npgsql;

namespace KvLab.Tests.Infrastructure.Servers;

/// <summary>A PostgreSQL server with its own defaults for what makes a commit durable.</summary>
public sealed class PostgresServer : ThrowAwayServer
{
    private string Data => Path.Combine(Folder, "data");

    public override string Storage => $"postgres:{Connection}";
    public string Connection => $"Host=127.0.0.1;Port={Port};Username=kvlab;Database=postgres";
    /// <summary>What a node is told for an empty database of its own.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"lab_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(Connection + ";Pooling=False");
        await connection.OpenAsync();
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync();
        return $"postgres://kvlab@127.0.0.1:{Port}/{name}";
    }

    protected override string? Program { get; } = Which("postgres");
    protected override string Package => "postgresql";

    // It refuses to run as root.
    protected override string? User => "postgres";

    // At once, and with its children; what was committed is in its log.
    protected override string EndSignal => "QUIT";

    protected override IEnumerable<string> Arguments =>
        ["-D", Data, "-h", "127.0.0.1", "-p", $"{Port}", "-c", "unix_socket_directories=", "-c", "max_connections=100", "-c", "shared_buffers=32MB"];

    protected override async Task PrepareAsync()
    {
        if (Environment.UserName == "root") await ChownAsync();
        await RunAsync(Which("initdb")!, "-D", Data, "-U", "kvlab", "-A", "trust", "--no-sync", "--no-instructions", "-E", "UTF8", "--locale=C");
    }

    private async Task ChownAsync()
    {
        using var chown = System.Diagnostics.Process.Start("chown", [User!, Folder]);
        await chown.WaitForExitAsync();
    }

    protected override async Task<bool> IsReadyAsync()
    {
        if (!await ListensAsync()) return false;
        try
        {
            await using var connection = new NpgsqlConnection(Connection + ";Pooling=False;Timeout=5");
            await connection.OpenAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }
}
