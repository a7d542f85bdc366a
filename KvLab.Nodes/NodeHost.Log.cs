using KvLab.Core.Replication;

namespace KvLab.Nodes;

public sealed partial class NodeHost
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "No answer from {Followers} within {TimeoutMs} ms: starting from what the others hold")]
    private partial void FollowersSilent(string followers, double timeoutMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping: {Report}")]
    private partial void DeliveriesLeft(DrainReport report);
}
