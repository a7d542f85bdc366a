using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;

namespace KvLab.Web.Live;

/// <summary>What the dashboard reports itself: processes and notices, numbered like a node's events and in the same list.</summary>
public sealed class DashboardEvents : IEventSink
{
    private readonly IngestQueue _queue;
    private readonly EventRecorder _recorder;
    private long _dropped;

    public DashboardEvents(IngestQueue queue, TimeProvider time)
    {
        _queue = queue;
        _recorder = new EventRecorder(NodeNames.Dashboard, Guid.NewGuid().ToString("N"), time, this);
    }

    public void Report(EventKind kind, string? node, string? detail) => _recorder.Record(kind, peer: node, detail: detail);

    /// <summary>Changes what the page shows about a process.</summary>
    public void Tell(IngestMessage message)
    {
        if (!_queue.TryEnqueue(message)) Interlocked.Increment(ref _dropped);
    }

    void IEventSink.Publish(NodeEvent nodeEvent) => Tell(new EventsReceived(new EventBatch
    {
        Node = nodeEvent.Node,
        Incarnation = nodeEvent.Incarnation,
        Dropped = Interlocked.Read(ref _dropped),
        Events = [nodeEvent],
    })
    { IsOwn = true });
}
