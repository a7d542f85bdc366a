using System.Diagnostics;
using System.Globalization;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Commands;
using KvLab.Web.Leases;

namespace KvLab.Web.Disturbances;

internal sealed partial class DisturbanceWatch
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    /// <summary>A look that comes so late was not kept waiting by a busy machine alone.</summary>
    private static readonly TimeSpan OwnPause = TimeSpan.FromSeconds(2);

    // Since when a process stands still by a signal that did not come from here.
    private readonly Dictionary<string, long> _standing = new(StringComparer.Ordinal);

    private void LookForPauses(HeldLease held, TimeSpan sinceLastLook)
    {
        if (sinceLastLook > OwnPause)
            held.Disturb(string.Create(CultureInfo.InvariantCulture, $"The dashboard, which is also the client, was paused for {(sinceLastLook - BetweenLooks).TotalSeconds:0.0} s."));
        if (!supervisor.Supervises || !OperatingSystem.IsLinux()) return;
        foreach (var node in state.Current.Nodes)
        {
            if (node.ProcessId is not { } process) continue;
            if (IsStopped(process))
            {
                // The run's own freezing shows in the snapshot a little later than in the process.
                if (node.State == NodeState.Frozen || held.WasOwn(time.GetUtcNow(), ArrivalSlack, ClusterCommands.Freezing) || !_standing.TryAdd(node.Id, Stopwatch.GetTimestamp())) continue;
                held.Disturb($"The process of {node.Id} was stopped by a signal from outside (SIGSTOP).");
            }
            else if (_standing.Remove(node.Id, out var since))
            {
                held.Disturb(string.Create(CultureInfo.InvariantCulture, $"The process of {node.Id} went on after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s."));
            }
        }
    }

    /// <summary>The state behind the program's name in brackets, as proc(5) says.</summary>
    private static bool IsStopped(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)] is 'T' or 't';
        }
        catch (IOException)
        {
            // It has ended; that is told by who started it.
            return false;
        }
    }
}
