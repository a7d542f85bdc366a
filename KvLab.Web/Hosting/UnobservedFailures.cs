namespace KvLab.Web.Hosting;

/// <summary>What was begun and not waited for (a redraw, an announcement) may fail after whoever began it is gone: it is said in the log, and does not vanish.</summary>
internal sealed partial class UnobservedFailures(ILogger<UnobservedFailures> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException += Note;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        TaskScheduler.UnobservedTaskException -= Note;
        return Task.CompletedTask;
    }

    private void Note(object? sender, UnobservedTaskExceptionEventArgs failure) => LogFailed(log, failure.Exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A background task failed, and nothing was waiting for its result.")]
    private static partial void LogFailed(ILogger logger, Exception failure);
}
