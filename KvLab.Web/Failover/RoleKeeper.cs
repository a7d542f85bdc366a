using KvLab.Core.Observation.Snapshots;
using KvLab.Web.Live;
using KvLab.Web.NodeCalls;

namespace KvLab.Web.Failover;

/// <summary>
/// Commands go to the leader that events tell of: a node that started as one may follow, where others began a newer reign, and one that stepped down before another has begun
/// leaves nobody who leads.
/// </summary>
internal sealed class RoleKeeper(IClusterState state, NodeDirectory directory) : IHostedService
{
    private IDisposable? _subscription;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        (var snapshot, _subscription) = state.Subscribe(Keep);
        Keep(snapshot);
        return Task.CompletedTask;
    }

    private void Keep(ClusterSnapshot snapshot)
    {
        // Before any reign a process says how it was started; and a snapshot from before a failover must not undo what the failover has set.
        if (snapshot.Reign == 0 || snapshot.Reign < directory.AwaitedReign) return;
        directory.AwaitedReign = 0;
        foreach (var node in snapshot.Nodes)
            if (directory.Find(node.Id) is { } known && known.Role != node.Role) directory.Set(known with { Role = node.Role });
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }
}
