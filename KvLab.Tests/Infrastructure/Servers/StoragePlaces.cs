namespace KvLab.Tests.Infrastructure.Servers;

internal static class StoragePlaces
{
    /// <summary>What <c>STORAGE</c> says; on servers that the tests share each test has a database of its own.</summary>
    public static async Task<string> OfAsync(string kind, RedisServer redis, PostgresServer postgres, string folder)
    {
        switch (kind)
        {
            case "redis":
                redis.Require();
                return redis.NewDatabase();
            case "postgres":
                postgres.Require();
                return await postgres.NewDatabaseAsync();
            default:
                return kind == "sqlite" ? $"sqlite:{folder}/" : kind;
        }
    }
}
