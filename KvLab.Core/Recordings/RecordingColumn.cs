namespace KvLab.Core.Recordings;

/// <summary>What stands beside each other in a chunk, because it is alike: docs/event-format.md says what is in each. Their order is that of the file.</summary>
internal enum RecordingColumn
{
    Element, Ms, Utc, Message, Told, Batch,
    Kind, Facts, Sequence, Lamport, Monotonic, At, Epoch, Version,
    Key, Value, Peer, Held, Outcome, Elapsed, Delay, Attempt, Counts, Words, Peers, Delays, Seldom,
}

/// <summary>What an element of the stream is, in <see cref="RecordingColumn.Element"/>.</summary>
internal enum ElementKind : byte
{
    /// <summary>A message of <see cref="RecordingColumn.Message"/>, as JSON.</summary>
    Message,
    Picture,
    Events,

    /// <summary>Events that came packed.</summary>
    PackedEvents,

    /// <summary>Events of the dashboard itself.</summary>
    OwnEvents,

    /// <summary>What clients were told, in <see cref="RecordingColumn.Told"/>.</summary>
    ClientsTold,
}
