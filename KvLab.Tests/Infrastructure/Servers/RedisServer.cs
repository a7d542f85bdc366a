namespace KvLab.Tests.Infrastructure.Servers;

/// <summary>A Redis server that loses nothing it confirmed: every step is flushed to its log.</summary>
public sealed class RedisServer : ThrowAwayServer
{
    public override string Storage => $"redis:{Connection}";
    public string Connection => $"127.0.0.1:{Port}";
    private int _databases;

    /// <summary>What a node is told for an empty database of its own.</summary>
    public string NewDatabase() => $"{Storage},defaultDatabase={Interlocked.Increment(ref _databases)}";

    protected override string? Program { get; } = Which("redis-server");
    protected override string Package => "redis-server";

    protected override IEnumerable<string> Arguments =>
        ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", Folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no"];

    /// <summary>Another one is asked, so that it is known to have read its log.</summary>
    protected override async Task<bool> IsReadyAsync()
    {
        if (!await ListensAsync()) return false;
        try
        {
            await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync($"{Connection},connectTimeout=1000,connectRetry=0");
            await connection.GetDatabase().KeyExistsAsync("any");
            return true;
        }
        catch (StackExchange.Redis.RedisException)
        {
            return false;
        }
    }
}
