using KvLab.Core.Replication;

namespace KvLab.Nodes;

public sealed partial class NodeHost
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "No answer from {Followers} within {TimeoutMs} ms: starting from what the others hold")]
    private partial void FollowersSilent(string followers, double timeoutMs);

    [LoggerMessage(Level = LogLevel.Error, Message = "The new epoch did not begin; retrying: {Sentence}")]
    private partial void RecoveryFailed(string sentence);

    [LoggerMessage(Level = LogLevel.Error, Message = "{What}")]
    private partial void BackgroundFailed(string what, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "storage_failed: {Sentence}")]
    private partial void StorageFailed(string sentence);

    [LoggerMessage(Level = LogLevel.Information, Message = "storage_recovered after {ElapsedMs:0} ms")]
    private partial void StorageRecovered(double elapsedMs);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping: {Report}")]
    private partial void DeliveriesLeft(DrainReport report);
}
