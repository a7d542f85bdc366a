using System.Buffers;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Replays;

/// <summary>The one stream of a cluster, kept: whatever an observer was told, in the order in which it was told, readable from any place on.</summary>
public interface IRecordedStream
{
    /// <summary>Elements that can be read; grows while it is being recorded.</summary>
    long Elements { get; }

    /// <summary>Of the first element; null where there is none.</summary>
    ObserverTime? First { get; }

    /// <summary>Of the last element.</summary>
    ObserverTime? Last { get; }

    /// <summary>All elements from this number on, counted from 0.</summary>
    IEnumerable<Observed> From(long element);

    /// <summary>The number of the first element that was told later than this; <see cref="Elements"/> where none was.</summary>
    long After(long ms);

    /// <summary>The number of an element before which so many events, or more, come until this one; 0 where there are fewer.</summary>
    long Back(long element, int events);

    /// <summary>The latest state that was kept at or before this element; null where there is none, and one begins at the first element.</summary>
    RecordedState? StateBefore(long element);
}

/// <param name="element">So many elements had been told.</param>
/// <param name="read">Writes what the reducer saved of itself; asked for only by who begins there.</param>
public sealed class RecordedState(long element, Action<IBufferWriter<byte>> read)
{
    public long Element => element;

    public void Read(IBufferWriter<byte> output) => read(output);
}
