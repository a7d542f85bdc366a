using System.Collections.Immutable;
using KvLab.Core.Events;

namespace KvLab.Web.Ingest;

/// <summary>
/// For those who need every event and not a picture ten times a second, such as a running experiment. Listeners are called by the ingest
/// reader, in order, each event once; they only file away and never block or throw.
/// </summary>
public sealed class EventTap
{
    private ImmutableArray<Action<NodeEvent>> _listeners = [];

    /// <summary>Dispose to stop.</summary>
    public IDisposable Listen(Action<NodeEvent> listener)
    {
        ImmutableInterlocked.Update(ref _listeners, l => l.Add(listener));
        return new Listening(() => ImmutableInterlocked.Update(ref _listeners, l => l.Remove(listener)));
    }

    internal void Offer(NodeEvent nodeEvent)
    {
        foreach (var listener in _listeners) listener(nodeEvent);
    }

    private sealed class Listening(Action stop) : IDisposable
    {
        public void Dispose() => stop();
    }
}
