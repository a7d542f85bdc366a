using KvLab.Core.Events;

namespace KvLab.Nodes.Telemetry;

/// <summary>
/// Brings the outbox to the dashboard: connects for ever, introduces the node at every connect, sends from where the dashboard says it is,
/// one message at a time, and repeats what was not confirmed.
/// </summary>
/// <param name="mayReport">Completes when the node may report: at once, but for a frozen one.</param>
internal sealed partial class TelemetrySender(
    EventOutbox outbox, ConnectToDashboard connect, Func<NodeHello> introduce, Func<CancellationToken, Task> mayReport, TimeProvider time, ILogger<TelemetrySender> log) : IAsyncDisposable
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(2);

    // A dashboard that is frozen keeps its connection; it must not keep us for ever.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(15);

    // Gathers what happens together into one message; far below what an eye can see. Under load longer: a message costs six processes on a small machine
    // more than what is in it, and pictures are made ten times a second.
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan BusyGathering = TimeSpan.FromMilliseconds(40);

    // So many events in one gathering are more than what one write of a person causes at a node.
    private const int BusyEvents = 8;

    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private volatile bool _connected;

    public void Start() => _running = Task.Run(RunAsync);

    public TelemetryStatusAnswer Status =>
        new(_connected, outbox.Newest, outbox.Confirmed, outbox.Count, outbox.Dropped, outbox.Limits.Events);

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await mayReport(_stop.Token);
                await using var session = await connect(_stop.Token);
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, session.Ended);
                var confirmed = await session.HelloAsync(introduce(), ended.Token).WaitAsync(AnswerTimeout, ended.Token);
                _connected = true;
                failures = 0;
                DashboardConnected(confirmed);
                await SendAsync(session, confirmed, ended.Token);
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                if (_connected) DashboardLost(failure.Message);
                else DashboardNotReached(failure.Message);
            }
            catch (Exception)
            {
                // Stopping: whatever was under way ended with it.
            }

            _connected = false;
            outbox.GiveUpWhatIsUnderWay();
            await PauseAsync(failures++);
        }
    }

    private async Task SendAsync(IDashboardSession session, long confirmed, CancellationToken ended)
    {
        outbox.Confirm(confirmed);
        // What this dashboard has. It may be less than another one confirmed before.
        var sent = Math.Min(confirmed, outbox.Newest);
        var gathering = Gathering;
        while (true)
        {
            await outbox.WaitForNewerAsync(sent, ended);
            await mayReport(ended);
            if (outbox.Newest - sent < outbox.Limits.BatchEvents) await Task.Delay(gathering, ended);
            var events = outbox.Take(sent);
            gathering = events.Length > BusyEvents ? BusyGathering : Gathering;
            var hello = introduce();
            var batch = new EventBatch { Node = hello.Node, Incarnation = hello.Incarnation, Dropped = outbox.Dropped, Events = events };
            confirmed = await session.ReportAsync(batch, ended).WaitAsync(AnswerTimeout, ended);
            outbox.Confirm(confirmed);
            if (confirmed < events[^1].Sequence) DashboardIsBehind(confirmed, events[^1].Sequence);
            // Confirmed less than was sent: from there again, but not in a tight circle.
            if (confirmed <= sent) await Task.Delay(FirstRetry, ended);
            sent = Math.Min(confirmed, outbox.Newest);
        }
    }

    private async Task PauseAsync(int failures)
    {
        var full = FirstRetry * Math.Pow(2, Math.Min(failures, 10));
        if (full > LongestRetry) full = LongestRetry;
        try
        {
            // Jitter between half and all of it: six nodes that lost one dashboard do not come back in one moment.
            await Task.Delay(full * (0.5 + 0.5 * Random.Shared.NextDouble()), time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    /// <summary>Waits until the dashboard has everything that happened so far, or the time is over, or nobody is connected.</summary>
    public async Task FlushAsync(TimeSpan timeout)
    {
        var target = outbox.Newest;
        var start = time.GetTimestamp();
        while (_connected && outbox.Confirmed < target && time.GetElapsedTime(start) < timeout) await Task.Delay(Gathering);
        if (outbox.Confirmed < target) EventsNotSent(target - outbox.Confirmed);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }
}
