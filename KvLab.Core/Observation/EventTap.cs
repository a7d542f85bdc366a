using KvLab.Core.Events;

namespace KvLab.Core.Observation;

/// <summary>
/// For those who need every event and not a picture ten times a second, such as a running experiment. Listeners are called by the ingest
/// reader, in order, each event once; they only file away and never block. One that throws is told of, and neither the state nor the other listeners miss an event for it.
/// </summary>
public sealed class EventTap
{
    private readonly Listeners<NodeEvent> _listeners = new();

    /// <summary>Dispose to stop.</summary>
    public IDisposable Listen(Action<NodeEvent> listener) => _listeners.Add(listener);

    /// <summary>A listener threw.</summary>
    public event Action<Exception>? Failed;

    internal void Offer(NodeEvent nodeEvent)
    {
        try
        {
            _listeners.Tell(nodeEvent);
        }
        catch (AggregateException failures)
        {
            Failed?.Invoke(failures);
        }
    }
}
