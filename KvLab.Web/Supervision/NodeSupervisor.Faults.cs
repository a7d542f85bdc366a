using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;

namespace KvLab.Web.Supervision;

internal sealed partial class NodeSupervisor
{
    public async Task StopAsync(string id, CancellationToken cancellation)
    {
        var node = Find(id);
        if (!node.IsAlive) throw Conflict($"{directory.Name(id)} is not running, so it cannot be stopped.");
        await node.Process!.StopAsync(StopPatience, time).WaitAsync(cancellation);
    }

    public async Task FreezeAsync(string id, CancellationToken cancellation)
    {
        var node = Find(id);
        if (!node.IsAlive) throw Conflict($"{directory.Name(id)} is not running, so it cannot be frozen.");
        if (node.Process!.IsFrozen) throw Conflict($"{directory.Name(id)} is frozen already.");
        var bySignal = node.Process.TryFreeze();
        if (bySignal) await node.Process.WhenStoppedAsync(time, CancellationToken.None);
        else await client.SetFrozenAsync(node.Address, true, cancellation);
        node.Process.IsFrozen = true;
        events.Tell(new NodeFroze(id, true));
        events.Report(EventKind.ProcessFrozen, id, bySignal ? "SIGSTOP" : "by request, because this system has no SIGSTOP");
    }

    public async Task ThawAsync(string id, CancellationToken cancellation)
    {
        var node = Find(id);
        if (!node.IsAlive || !node.Process!.IsFrozen) throw Conflict($"{directory.Name(id)} is not frozen, so it cannot be thawed.");
        var bySignal = node.Process.TryThaw();
        if (!bySignal) await client.SetFrozenAsync(node.Address, false, cancellation);
        node.Process.IsFrozen = false;
        events.Tell(new NodeFroze(id, false));
        events.Report(EventKind.ProcessThawed, id, bySignal ? "SIGCONT" : null);
    }
}
