using System.Buffers;
using KvLab.Core.Analysis;
using KvLab.Core.Durability;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Timeline;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Web.Live;

/// <summary>
/// The one reader of the queue and the one writer of the state. Events are reduced as they come; a snapshot is made at most every
/// <see cref="Interval"/>, and only when something changed.
/// </summary>
public sealed partial class StatePublisher(
    IngestQueue queue, ClusterState state, EventTap tap, ClientOutcomes clients, TimeProvider time, ILogger<StatePublisher> logger, IStreamKeeper? keeper = null)
    : BackgroundService, IDurabilityLookup, ITrafficLookup, IKeptState
{
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();

    private ClusterObserver Observer => field ??= new(time, OrderStatistics.PredictedMeanMs, tap, clients, keeper is null ? null : observed => keeper.Keep(observed, this));

    /// <inheritdoc/>
    public long Messages => Observer.Messages;

    /// <inheritdoc/>
    public byte[]? Save()
    {
        var state = new ArrayBufferWriter<byte>(128 * 1024);
        Observer.SaveKeyframe(state);
        return state.WrittenSpan.ToArray();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // From here on nothing may run on the thread that starts the host.
        await Task.Yield();
        tap.Failed += ListenerFailed;
        lock (_gate) Observer.Begin();
        await using var timer = time.CreateTimer(_ => TryPublish(), null, Interval, Interval);
        try
        {
            while (await queue.WaitToReadAsync(stoppingToken)) Drain(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    private void ListenerFailed(Exception failure) => LogListenerFailed(logger, failure);

    private void Drain(CancellationToken stopping)
    {
        // Nodes may report faster than this reads, so the queue need not become empty before the host is to end.
        while (!stopping.IsCancellationRequested && queue.TryRead(out var message))
        {
            try
            {
                lock (_gate) Observer.Tell(message);
            }
            catch (Exception defect)
            {
                // One message that nobody thought of must not end all telemetry for good.
                LogReduceFailed(logger, message.GetType().Name, defect);
            }
        }
    }

    /// <summary>What escapes from a timer ends the process: one picture that cannot be made must not.</summary>
    private void TryPublish()
    {
        try
        {
            Publish();
        }
        catch (Exception defect)
        {
            LogPublishFailed(logger, defect);
        }
    }

    /// <summary>Makes and hands out a snapshot if anything changed.</summary>
    internal void Publish()
    {
        lock (_gate)
        {
            if (Observer.TakeSnapshot() is { } snapshot) state.Publish(snapshot);
        }
    }

    public DurabilityRow? Find(EntryVersion version)
    {
        lock (_gate) return Observer.FindDurability(version);
    }

    public TrafficCopy CopyTraffic()
    {
        lock (_gate) return Observer.CopyTraffic();
    }

    public byte[]? NextTraffic(TrafficCursor cursor)
    {
        lock (_gate) return Observer.NextTraffic(cursor);
    }

    /// <summary>Gives a diagram what changed since it was given something last.</summary>
    public void Feed(TimelineBook book)
    {
        lock (_gate) Observer.Feed(book);
    }

    public BeyondReach Beyond(IReadOnlyCollection<string> nodes, int listed)
    {
        lock (_gate) return Observer.DurabilityBeyond(nodes, listed);
    }
}
