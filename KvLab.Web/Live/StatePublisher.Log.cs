namespace KvLab.Web.Live;

public sealed partial class StatePublisher
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A {message} could not be reduced into the state.")]
    private static partial void LogReduceFailed(ILogger logger, string message, Exception defect);

    [LoggerMessage(Level = LogLevel.Error, Message = "Somebody who listens to events failed at one.")]
    private static partial void LogListenerFailed(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "The state could not be shown.")]
    private static partial void LogPublishFailed(ILogger logger, Exception defect);
}
