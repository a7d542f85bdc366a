using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Recordings;

/// <summary>What is said of a chunk before it.</summary>
/// <param name="Number">Of its first element, the recording's first being 0.</param>
/// <param name="Elements">How many it holds.</param>
/// <param name="Events">How many there are in them.</param>
/// <param name="Messages">Messages between nodes that these events tell of for the first time; docs/event-format.md says what counts.</param>
/// <param name="First">Time of its first element.</param>
/// <param name="Last">Time of its last element.</param>
/// <param name="Unpacked">Bytes of its batches and messages when they are put together.</param>
public sealed record ChunkInfo(long Number, int Elements, long Events, long Messages, ObserverTime First, ObserverTime Last, int Unpacked)
{
    /// <summary>Number of the first element after it.</summary>
    public long End => Number + Elements;
}

/// <summary>A chunk and where it is.</summary>
/// <param name="Offset">Of its block in the file.</param>
/// <param name="Length">Of its block's body, in bytes.</param>
public sealed record ChunkPlace(long Offset, int Length, ChunkInfo Info);

/// <summary>An observer's state, as bytes of its own, and where in the stream it belongs.</summary>
/// <param name="Number">Of the first element that the state has not seen.</param>
/// <param name="Events">How many events of the recording come before.</param>
public sealed record KeyframePlace(long Offset, int Length, long Number, long Events);
