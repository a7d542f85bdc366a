namespace KvLab.Nodes.Telemetry;

internal sealed partial class TelemetrySender
{
    private readonly ILogger _log = log;

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected to the dashboard, which has events up to {Confirmed}")]
    private partial void DashboardConnected(long confirmed);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection to the dashboard ended ({Reason}); events are kept until it is back")]
    private partial void DashboardLost(string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No dashboard yet ({Reason}); trying again")]
    private partial void DashboardNotReached(string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The dashboard confirmed events up to {Confirmed} after events up to {Sent} were sent; sending again from there")]
    private partial void DashboardIsBehind(long confirmed, long sent);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Events} events did not reach a dashboard")]
    private partial void EventsNotSent(long events);
}
