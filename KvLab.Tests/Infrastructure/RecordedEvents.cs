using KvLab.Core.Events;

namespace KvLab.Tests.Infrastructure;

/// <summary>Keeps what it is given, in that order; safe for concurrent use.</summary>
public sealed class RecordedEvents : IEventSink
{
    private readonly Lock _gate = new();
    private readonly List<NodeEvent> _events = [];

    public IReadOnlyList<NodeEvent> All
    {
        get { lock (_gate) return [.. _events]; }
    }

    public void Publish(NodeEvent nodeEvent)
    {
        lock (_gate) _events.Add(nodeEvent);
    }
}
