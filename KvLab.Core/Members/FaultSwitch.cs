using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Waiting;

namespace KvLab.Core.Members;

/// <summary>
/// The faults of this node itself. While it is frozen nothing comes in or goes out, as if the process had been stopped by a signal; its memory stays as it is.
/// </summary>
public sealed class FaultSwitch(EventRecorder events, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly PauseGate _frozen = new();
    private volatile NodeFaults _faults = NodeFaults.None;

    // Guarded by _gate.
    private bool _stopped;

    public NodeFaults Now => _faults;

    public bool IsFrozen => _frozen.IsPaused;

    /// <summary>Takes effect at once; what is as it was is not told again.</summary>
    /// <param name="change">The faults as they are to be, out of those that are; its result is in range.</param>
    public void Change(Func<NodeFaults, NodeFaults> change)
    {
        lock (_gate)
        {
            var faults = change(_faults);
            if (faults == _faults) return;
            _faults = faults;
            events.WallClockSkew = TimeSpan.FromMilliseconds(faults.ClockSkewMs);
            events.Record(EventKind.NodeFaultsChanged, faults: faults, detail: $"{events.Node}: {faults.Describe()}.");
            Stand(faults.Frozen || _stopped);
        }
    }

    /// <summary>As a signal that stops a process, or has it go on: the node itself knows nothing of it, so it tells nobody.</summary>
    public void Signal(bool stops)
    {
        lock (_gate)
        {
            _stopped = stops;
            Stand(_faults.Frozen || stops);
        }
    }

    private void Stand(bool still)
    {
        if (still) _frozen.Pause();
        else _frozen.Resume();
    }

    /// <summary>Completes at once unless the node is frozen.</summary>
    public Task WhenThawedAsync(CancellationToken cancellation) => _frozen.WaitAsync(cancellation);

    /// <summary>What a slow node does before it handles a request that is about data.</summary>
    public Task SlowDownAsync(CancellationToken cancellation) =>
        _faults.SlowMs > 0 ? time.WaitAsync(TimeSpan.FromMilliseconds(_faults.SlowMs), cancellation) : Task.CompletedTask;
}
