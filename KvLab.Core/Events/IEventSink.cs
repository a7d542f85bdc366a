namespace KvLab.Core.Events;

/// <summary>Takes events without ever blocking, failing or slowing the protocol; what it cannot keep it counts.</summary>
public interface IEventSink
{
    void Publish(NodeEvent nodeEvent);
}

/// <summary>A node that nobody watches.</summary>
public sealed class NullEventSink : IEventSink
{
    public static readonly NullEventSink Instance = new();
    public void Publish(NodeEvent nodeEvent) { }
}
