namespace KvLab.Web.Supervision;

internal sealed partial class NodeSupervisor
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The nodes could not be started: {Reason}")]
    private static partial void LogStartFailed(ILogger logger, string reason);
}
