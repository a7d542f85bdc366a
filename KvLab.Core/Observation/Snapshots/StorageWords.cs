namespace KvLab.Core.Observation.Snapshots;

/// <summary>What people are told of storages; never where they lie, because a password may stand there.</summary>
public static class StorageWords
{
    /// <summary>"memory", or "memory, sqlite" where nodes differ.</summary>
    public static string Of(IEnumerable<NodeView> nodes) => string.Join(", ", nodes.Select(n => n.Storage).Distinct());

    /// <summary>What outlives what, in one sentence.</summary>
    public static string Keeps(NodeView node) => node.StoragePersistence ?? node.Storage switch
    {
        NodeView.InMemory => "What it holds ends with its process.",
        "sqlite" => "What it confirms lies on the disk (synchronous=FULL) and outlives its process and its machine's power.",
        "redis" => "What it holds lies in Redis and outlives its process; what a killed Redis has kept is as its persistence is set.",
        _ => $"What it confirms lies in {node.Storage} and outlives its process.",
    };
}
