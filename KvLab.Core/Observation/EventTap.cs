using KvLab.Core.Events;

namespace KvLab.Core.Observation;

/// <summary>
/// For those who need every event and not a picture ten times a second, such as a running experiment. Listeners are called by the ingest
/// reader, in order, each event once; they only file away and never block or throw.
/// </summary>
public sealed class EventTap
{
    private readonly Listeners<NodeEvent> _listeners = new();

    /// <summary>Dispose to stop.</summary>
    public IDisposable Listen(Action<NodeEvent> listener) => _listeners.Add(listener);

    internal void Offer(NodeEvent nodeEvent) => _listeners.Tell(nodeEvent);
}
