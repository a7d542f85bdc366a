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
        "sqlite" => "What it acknowledges is on the disk (synchronous=FULL), and survives a crash of the process or of the machine.",
        "redis" => "Its data is in Redis and survives its process; what a killed Redis keeps depends on its persistence settings.",
        _ => $"What it acknowledges is in {node.Storage} and survives its process.",
    };
}
