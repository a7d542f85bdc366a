namespace KvLab.Web.Ingest;

public sealed partial class StatePublisher
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A {message} could not be reduced into the state.")]
    private static partial void LogReduceFailed(ILogger logger, string message, Exception defect);
}
