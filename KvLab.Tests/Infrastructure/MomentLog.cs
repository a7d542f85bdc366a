using KvLab.Core.Events;
using KvLab.Core.Simulation;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>An event, and what every replica held of its key at that very instant.</summary>
/// <param name="At">Virtual time.</param>
/// <param name="LeaderHeld">Version of the event's key on the leader.</param>
/// <param name="Held">The same on each follower, in their order.</param>
public sealed record Moment(NodeEvent Event, TimeSpan At, EntryVersion LeaderHeld, IReadOnlyList<EntryVersion> Held);

/// <summary>Keeps every event of all nodes in the order in which they really happened, which only a world of one thread can know.</summary>
public sealed class MomentLog(Func<NodeEvent, Moment> look) : IEventSink
{
    private readonly List<Moment> _moments = [];

    /// <summary>Keeps when each event happened, and looks at no replica.</summary>
    public static MomentLog In(VirtualWorld world) => new(e => new Moment(e, world.Now, EntryVersion.None, []));

    public IReadOnlyList<Moment> Moments => _moments;

    public IEnumerable<NodeEvent> Events => _moments.Select(m => m.Event);

    public IEnumerable<NodeEvent> Of(EventKind kind) => Events.Where(e => e.Kind == kind);

    public void Publish(NodeEvent nodeEvent) => _moments.Add(look(nodeEvent));

    /// <summary>One line per event with everything that a run decides, to compare two runs.</summary>
    public IEnumerable<string> Trace() => _moments.Select(m =>
        $"{m.At.TotalMilliseconds:0.0000} {m.Event.Node} {m.Event.Sequence} {m.Event.Lamport} {m.Event.Kind} {m.Event.Key} {m.Event.EntryVersion} {m.Event.Value} {m.Event.Peer} {m.Event.Outcome} {m.Event.Reason} {m.Event.ElapsedMs:0.0000}");
}
