using System.Collections.Immutable;
using KvLab.Core.Observation.Snapshots;

namespace KvLab.Web.Live;

/// <summary>
/// The one place where the newest snapshot is kept. One writer replaces it whole; readers never lock.
/// </summary>
/// <param name="log">Null where nobody reads it.</param>
public sealed partial class ClusterState(ILogger<ClusterState>? log = null) : IClusterState
{
    private readonly Lock _gate = new();
    private ImmutableArray<Subscription> _subscriptions = [];
    private volatile ClusterSnapshot _current = ClusterSnapshot.Empty;

    public ClusterSnapshot Current => _current;

    public int Subscribers
    {
        get { lock (_gate) return _subscriptions.Length; }
    }

    public (ClusterSnapshot Snapshot, IDisposable Subscription) Subscribe(Action<ClusterSnapshot> onChange)
    {
        ArgumentNullException.ThrowIfNull(onChange);
        var subscription = new Subscription(onChange, Remove, Failed);
        lock (_gate)
        {
            _subscriptions = _subscriptions.Add(subscription);
            return (_current, subscription);
        }
    }

    /// <summary>Replaces the snapshot and offers it to every subscriber.</summary>
    internal void Publish(ClusterSnapshot snapshot)
    {
        lock (_gate)
        {
            _current = snapshot;
            foreach (var subscription in _subscriptions) subscription.Offer(snapshot);
        }
    }

    private void Failed(Exception failure)
    {
        if (log is not null) LogSubscriberFailed(log, failure);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber of the cluster state threw an exception and gets no further states.")]
    private static partial void LogSubscriberFailed(ILogger logger, Exception failure);

    private void Remove(Subscription subscription)
    {
        lock (_gate) _subscriptions = _subscriptions.Remove(subscription);
    }
}
