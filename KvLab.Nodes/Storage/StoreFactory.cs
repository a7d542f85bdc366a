using KvLab.Core.Storage;
using KvLab.Nodes.Configuration;

namespace KvLab.Nodes.Storage;

internal static class StoreFactory
{
    /// <summary>An operation on a storage outside the process that takes longer has failed.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>A store of this node's own, not opened yet.</summary>
    public static IKeyValueStore Create(StorageOption option, string node) => option.Kind switch
    {
        StorageKind.Sqlite => new SqliteStore(SqliteStore.FileOf(option.Connection, node), node, Deadline),
        StorageKind.Redis => new RedisStore(option.Connection, node, Deadline),
        StorageKind.Postgres => new PostgresStore(option.Connection, node, Deadline),
        _ => new MemoryStore(),
    };
}
