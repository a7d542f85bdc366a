using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;

namespace KvLab.Web.Supervision;

/// <summary>
/// A port is looked up here and bound by a node a moment later; another lab may be quicker in between. A node that lost such a race says so by its exit code, and all of them
/// move to another range, so that their ports stay next to each other. Nothing was written yet.
/// </summary>
internal sealed partial class NodeSupervisor
{
    private const int PortTries = 5;
    private const int RangeSize = 20;
    private const int Ranges = 100;

    private async Task LaunchAllAsync(CancellationToken cancellation)
    {
        for (var tried = 1; ; tried++)
        {
            var wanted = Enumerable.Range(0, options.Followers + 1).Select(i => options.BasePort == 0 ? 0 : options.BasePort + i).ToArray();
            var ports = FreePorts.Choose(RangeOf(wanted, tried));
            RegisterAll(wanted, ports);
            await Task.WhenAll(_nodes.Values.Select(n => LaunchAsync(n)));
            if (tried == PortTries || !await LostARaceAsync(_nodes.Values, cancellation))
            {
                SayPorts(wanted, ports, moved: tried > 1);
                return;
            }

            events.Tell(new ClusterRenewed());
            await Task.WhenAll(_nodes.Values.Select(n => n.Process!.StopAsync(StopPatience, time)));
            await Task.WhenAll(_nodes.Values.Select(n => n.Watch));
            events.Tell(new ClusterRenewed());
        }
    }

    /// <summary>The range that was asked for; then one at random above it, because whoever was quicker may look there at this moment, too; last any ports.</summary>
    private static int[] RangeOf(int[] wanted, int tried)
    {
        if (tried == 1 || wanted[0] == 0) return wanted;
        var shift = RangeSize * Random.Shared.Next(1, Ranges);
        return tried == PortTries || wanted[^1] + shift > 65_535 ? new int[wanted.Length] : [.. wanted.Select(port => port + shift)];
    }

    /// <summary>Said when the nodes have their ports: what is on a console stays there, also when it is no longer true.</summary>
    private static void SayPorts(int[] wanted, int[] ports, bool moved)
    {
        foreach (var line in StartWords.OfPorts(wanted, ports, moved)) Console.WriteLine(line);
    }

    private void RegisterAll(int[] wanted, int[] ports)
    {
        for (var i = 0; i < ports.Length; i++)
            Register(i == 0 ? NodeRoles.Leader : NodeRoles.FollowerId(i), i == 0 ? NodeRoles.Leader : NodeRoles.Follower, wanted[i], ports[i]);
    }

    /// <summary>Waits until each of these nodes runs with the process that it has now or has ended, as long as a start may take.</summary>
    private async Task<bool> LostARaceAsync(IEnumerable<SupervisedNode> nodes, CancellationToken cancellation)
    {
        var processes = nodes.Select(n => (n.Id, Process: n.Process!, ProcessId: n.Process!.Id)).ToArray();
        bool Lost() => processes.Any(p => p.Process.Ended is { IsCompletedSuccessfully: true, Result.PortTaken: true });
        try
        {
            await state.WhenAsync(s => Lost() || processes.All(p => p.Process.Ended.IsCompleted
                || s.Nodes.Any(n => n.Id == p.Id && n.State == NodeState.Running && n.ProcessId == p.ProcessId)), StartPatience, time, cancellation);
        }
        catch (TimeoutException)
        {
            // It is slow; who waits for it says so.
        }

        return Lost();
    }
}
