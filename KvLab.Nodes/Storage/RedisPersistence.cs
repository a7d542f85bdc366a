using StackExchange.Redis;

namespace KvLab.Nodes.Storage;

/// <summary>
/// What a Redis server keeps of what it confirmed is its own setting, and not the node's (redis.io/docs/management/persistence). So the server is asked, and people
/// are told.
/// </summary>
internal static class RedisPersistence
{
    private const string Unknown = "Redis does not say how it persists, so what a killed server has kept is not known.";

    public static async Task<string> AskAsync(IDatabase database)
    {
        try
        {
            return Sentence(await SettingAsync(database, "appendonly"), await SettingAsync(database, "appendfsync"), await SettingAsync(database, "save"));
        }
        catch (Exception refusal) when (refusal is RedisServerException or RedisCommandException)
        {
            // Servers that others run often do not let CONFIG be called.
            return Unknown;
        }
    }

    private static async Task<string> SettingAsync(IDatabase database, string name) =>
        (RedisResult[]?)await database.ExecuteAsync("CONFIG", "GET", name) is [_, var value] ? (string?)value ?? "" : "";

    /// <summary>The settings by their Redis names; an empty <paramref name="save"/> is no snapshots.</summary>
    public static string Sentence(string appendOnly, string appendFsync, string save) => (appendOnly, appendFsync, save) switch
    {
        ("yes", "always", _) => "Redis logs every step before it confirms it (appendonly yes, appendfsync always): a killed server loses nothing.",
        ("yes", _, _) => $"Redis logs every step and leaves the flush for later (appendonly yes, appendfsync {appendFsync}): a killed server loses nothing, but a power failure loses the last moments.",
        ("no", _, "") => "Redis keeps nothing on a disk (appendonly no, no save): a killed server loses everything.",
        ("no", _, _) => $"Redis keeps only snapshots (appendonly no, save {save}): a killed server loses what came after the last one.",
        _ => Unknown,
    };
}
