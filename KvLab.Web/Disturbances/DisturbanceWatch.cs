using System.Diagnostics;
using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Settings;
using KvLab.Web.Faults;
using KvLab.Web.Leases;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;
using KvLab.Web.Supervision;

namespace KvLab.Web.Disturbances;

/// <summary>
/// Watches over whoever has the cluster, and tells its lease what others do to it: by a call to a node, by a signal to a process, by stopping the dashboard.
/// What the run does itself lies in the times of its own commands; <c>DisturbanceWatch.Pauses.cs</c> looks for processes that stand still.
/// </summary>
internal sealed partial class DisturbanceWatch(
    ExclusiveLease lease, EventTap tap, IClusterState state, NodeDirectory directory, FaultKeeper links, ISupervisor supervisor, TimeProvider time) : BackgroundService
{
    /// <summary>Between a command's end and the wall clock of its event, on one machine.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMilliseconds(100);

    /// <summary>Where a node's wall clock is not this machine's, its events are placed by when they come.</summary>
    private static readonly TimeSpan ArrivalSlack = TimeSpan.FromSeconds(2);

    // Only the ingest reader comes here.
    private LiveSettings? _settings;

    private void Take(NodeEvent e)
    {
        var before = _settings;
        if (e is { Settings: { } now } && (e.Kind is EventKind.SettingsChanged or EventKind.NodeReady or EventKind.LeaderPromoted) && IsLeader(e.Node)) _settings = now;
        if (lease.Held is not { } held || !Matters(e) || IsOwn(held, e)) return;
        if (ForeignChange.Describe(e, before ?? state.Current.Settings) is { } what) held.Disturb(what);
    }

    private bool IsLeader(string node) => directory.Leader?.Id == node;

    /// <summary>Not what is a run's own doing by its nature, and not what follows from something that is told anyway.</summary>
    private bool Matters(NodeEvent e) => e.Kind switch
    {
        EventKind.SettingsChanged => IsLeader(e.Node) || (e.Settings is { } told && _settings is { } known && told.Versioning != known.Versioning),
        EventKind.FollowersChanged => IsLeader(e.Node),
        // A leader that starts again is given the plan of faults that is in force.
        EventKind.LinkChanged => IsLeader(e.Node) && links.LinksOf(e.Node).FirstOrDefault(l => l.Follower == e.Peer)?.Faults != e.Link,
        EventKind.NodeFaultsChanged or EventKind.StoreCleared or EventKind.LeaderPromoted => true,
        EventKind.ProcessCrashed or EventKind.ProcessStopped or EventKind.ProcessFrozen or EventKind.ProcessThawed or EventKind.ProcessStarted => true,
        // Where this dashboard has the processes it knows more of them than their own events tell.
        EventKind.NodeStarted or EventKind.NodeStopping => !supervisor.Supervises,
        // A story may freeze or cut off what a storage needs.
        EventKind.StorageFailed => lease.Current?.Kind == "experiment",
        // Stories replay messages; what no node of this lab sent is sent by hand.
        EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate => e.Peer is { } from && directory.Find(from) is null,
        _ => false,
    };

    private bool IsOwn(HeldLease held, NodeEvent e)
    {
        // A process that ends by itself is nobody's command, and no run sends entries under another name than a node's.
        if (e.Kind is EventKind.ProcessCrashed or EventKind.EntryApplied or EventKind.EntryRefused or EventKind.EntryDuplicate) return false;
        var here = e.Node == NodeNames.Dashboard || (supervisor.Supervises && state.Current.Nodes.FirstOrDefault(n => n.Id == e.Node) is not { ClockSkewMs: not 0 });
        return here ? held.WasOwn(e.At, ClockSlack) : held.WasOwn(time.GetUtcNow(), ArrivalSlack);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var listening = tap.Listen(Take);
        try
        {
            for (var looked = Stopwatch.GetTimestamp(); ; looked = Stopwatch.GetTimestamp())
            {
                await Task.Delay(BetweenLooks, time, stoppingToken);
                if (lease.Held is { } held) LookForPauses(held, Stopwatch.GetElapsedTime(looked));
                else _standing.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
