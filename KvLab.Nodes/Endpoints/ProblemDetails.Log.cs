namespace KvLab.Nodes.Endpoints;

internal sealed partial class ProblemDetails
{
    private readonly ILogger _log = log;

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private partial void RequestFailed(string method, string path, Exception failure);
}
