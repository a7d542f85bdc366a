using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Live;

/// <summary>The only thing that a component reads.</summary>
public interface IClusterState
{
    ClusterSnapshot Current { get; }

    /// <summary>
    /// Hands out the current snapshot and, from then on, every newer one, at most ten a second, never on the writer's thread.
    /// Registering and handing out happen under one lock: nothing is missed, nothing comes twice. Dispose to stop.
    /// </summary>
    (ClusterSnapshot Snapshot, IDisposable Subscription) Subscribe(Action<ClusterSnapshot> onChange);

    /// <summary>Subscriptions that are alive; returns to zero when all circuits are gone.</summary>
    int Subscribers { get; }
}
