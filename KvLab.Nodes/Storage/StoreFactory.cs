using KvLab.Core.Storage;

namespace KvLab.Nodes.Storage;

internal static class StoreFactory
{
    /// <summary>An operation on a storage outside the process that takes longer has failed.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>A store of this node's own, not opened yet.</summary>
    /// <param name="lab">Keeps labs apart that store in one place, for each has a node called leader; empty where there is one.</param>
    public static IKeyValueStore Create(StorageOption option, string lab, string node)
    {
        var owner = lab.Length == 0 ? node : $"{lab}.{node}";
        return option.Kind switch
        {
            StorageKind.Sqlite => new SqliteStore(SqliteStore.FileOf(option.Connection, owner), owner, Deadline),
            StorageKind.Redis => new RedisStore(option.Connection, owner, Deadline),
            StorageKind.Postgres => new PostgresStore(option.Connection, owner, Deadline),
            _ => new MemoryStore(),
        };
    }
}
