using KvLab.Core.Events;
using KvLab.Core.Failover;
using KvLab.Web.NodeCalls;
using KvLab.Web.Problems;
using KvLab.Web.Timing;

namespace KvLab.Web.Failover;

internal sealed partial class FailoverService
{
    // No node can have this name.
    private const string Nobody = "";

    /// <summary>The automatic rule. Before any leader has reigned the lab is starting, not failing.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watch = new LeaderWatch(time);
        try
        {
            while (true)
            {
                await Task.Delay(AwakeDeadline.Beat, time, stoppingToken);
                watch.Beat();
                if (_policy is not { Mode: FailoverMode.Automatic } policy || state.Current.Reign == 0)
                {
                    watch.Forget();
                    continue;
                }

                var leader = directory.Leader;
                watch.Watch(leader?.Id ?? Nobody);
                if (leader is not null && await watch.ListenAsync(LeadsAsync(leader, stoppingToken), stoppingToken)) continue;
                var silent = watch.Silent;
                // Somebody may have promoted another one by hand meanwhile.
                if (silent.TotalMilliseconds < policy.TimeoutMs || directory.Leader?.Id != leader?.Id) continue;
                await TryAsync(leader is null ? $"there had been no leader for {silent.TotalMilliseconds:0} ms" : $"{leader.Id} had not answered as the leader for {silent.TotalMilliseconds:0} ms", stoppingToken);
                watch.Forget();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> LeadsAsync(NodeAddress leader, CancellationToken cancellation) => Leads(await HealthAsync(leader, cancellation));

    private async Task TryAsync(string reason, CancellationToken cancellation)
    {
        try
        {
            await TogetherAsync(null, reason, force: false).WaitAsync(cancellation);
        }
        catch (CommandException failure)
        {
            LogFailed(logger, failure.Message);
            events.Report(EventKind.DashboardNotice, null, $"The automatic failover failed ({reason}): {failure.Message}");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The automatic failover failed: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
