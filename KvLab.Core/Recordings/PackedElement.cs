using KvLab.Core.Events;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Recordings;

/// <summary>An element as a chunk gives it: a batch of events is packed still, which takes a small part of the room of its objects.</summary>
/// <param name="Message">Null where it is a batch of events.</param>
/// <param name="Count">How many events it has.</param>
internal readonly record struct PackedElement(ObserverTime At, ElementKind Kind, IngestMessage? Message, ReadOnlyMemory<byte> Events = default, int Count = 0)
{
    /// <exception cref="FormatException">Its events cannot be read.</exception>
    public Observed Open() => new(At, Message ?? new EventsReceived(EventCodec.Read(Events.Span))
    {
        Packed = Kind == ElementKind.PackedEvents ? Events : default,
        IsOwn = Kind == ElementKind.OwnEvents,
    });
}
