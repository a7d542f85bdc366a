namespace KvLab.Web.Hubs;

internal sealed partial class NodeSeeder
{
    [LoggerMessage(Level = LogLevel.Information, Message = "{node} did not say what it holds: {why}")]
    private static partial void LogSeedFailed(ILogger logger, string node, string why);
}
