namespace KvLab.Web.Problems;

internal sealed partial class ApiProblems
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{method} {path} failed.")]
    private static partial void LogRequestFailed(ILogger logger, string method, string path, Exception failure);
}
