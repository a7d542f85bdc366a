namespace KvLab.Core.Observation.Snapshots;

/// <summary>What people are told of storages; never where they lie, because a password may stand there.</summary>
public static class StorageWords
{
    /// <summary>"memory", or "memory, sqlite" where nodes differ.</summary>
    public static string Of(IEnumerable<NodeView> nodes) => string.Join(", ", nodes.Select(n => n.Storage).Distinct());

    /// <summary>What outlives what, in one sentence.</summary>
    public static string Keeps(NodeView node) => node.StoragePersistence ?? node.Storage switch
    {
        NodeView.InMemory => "Data is lost when the process stops.",
        "sqlite" => "Acknowledged entries are on the disk (synchronous=FULL), and survive a crash of the process or of the machine.",
        "redis" => "The node's data is in Redis and survives the node's process; what a killed Redis keeps depends on its persistence settings.",
        _ => $"Acknowledged entries are in {node.Storage} and survive the node's process.",
    };
}
