using KvLab.Web.State;
using KvLab.Web.Supervision;

namespace KvLab.Web.Failover;

/// <summary>Commands go to the leader that events tell of: a node that started as one may follow, where others began a newer reign.</summary>
internal sealed class RoleKeeper(IClusterState state, NodeDirectory directory) : IHostedService
{
    private IDisposable? _subscription;

    // Within one reign roles do not change; a snapshot from before a failover must not undo what the failover has set.
    private long _reign;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        (var snapshot, _subscription) = state.Subscribe(Keep);
        Keep(snapshot);
        return Task.CompletedTask;
    }

    private void Keep(ClusterSnapshot snapshot)
    {
        // It goes back to none where a cluster with other data begins anew.
        if (snapshot.Reign == _reign) return;
        _reign = snapshot.Reign;
        foreach (var node in snapshot.Nodes)
            if (directory.Find(node.Id) is { } known && known.Role != node.Role) directory.Set(known with { Role = node.Role });
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _subscription?.Dispose();
        return Task.CompletedTask;
    }
}
