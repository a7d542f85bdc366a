using System.Collections.Immutable;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Recordings;

/// <summary>What a file holds and where: all that is known without unpacking any of it. Immutable.</summary>
public sealed record Recording(RecordingHeader Header)
{
    /// <summary>As it is called now; empty for none.</summary>
    public string Name { get; init; } = Header.Name;

    /// <summary>Why it ended where it does, in a sentence; empty where it was closed in order, and while it runs.</summary>
    public string Why { get; init; } = "";

    /// <summary>Events that came after its last one and were recorded nowhere.</summary>
    public long Dropped { get; init; }

    public ImmutableList<ChunkPlace> Chunks { get; init; } = [];
    public ImmutableList<KeyframePlace> Keyframes { get; init; } = [];

    /// <summary>It has an index at its end.</summary>
    public bool IsClosed { get; init; }

    /// <summary>Bytes from the beginning to the end of its last whole chunk, keyframe or note; what follows there is an index, or damage.</summary>
    public long Whole { get; init; }

    /// <summary>What is wrong behind <see cref="Whole"/>; null for nothing.</summary>
    public RecordingException? Damage { get; init; }

    public long Elements { get; init; }
    public long Events { get; init; }
    public long Messages { get; init; }

    /// <summary>Null while there is no whole chunk.</summary>
    public ObserverTime? From => Chunks is [var first, ..] ? first.Info.First : null;

    /// <inheritdoc cref="From"/>
    public ObserverTime? To => Chunks is [.., var last] ? last.Info.Last : null;

    internal Recording With(ChunkPlace chunk) => this with
    {
        Chunks = Chunks.Add(chunk),
        Elements = Elements + chunk.Info.Elements,
        Events = Events + chunk.Info.Events,
        Messages = Messages + chunk.Info.Messages,
    };

    /// <summary>The chunk that holds this element.</summary>
    /// <returns>-1 where none does.</returns>
    public int FindChunk(long element)
    {
        var (low, high) = (0, Chunks.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (Chunks[middle].Info.Number > element) high = middle - 1;
            else if (Chunks[middle].Info.End <= element) low = middle + 1;
            else return middle;
        }

        return -1;
    }
}

/// <summary>What a recording says of itself before anything else.</summary>
/// <param name="Id">Unique, of letters, digits and hyphens.</param>
/// <param name="Program">Which version of the lab wrote it.</param>
/// <param name="Name">As it was called at its beginning; empty for none.</param>
/// <param name="Follows">The recording that this one goes on from, because that had become too large or had a gap; empty for none.</param>
public sealed record RecordingHeader(string Id, DateTimeOffset BegunAt, string Program, string Name, string Follows)
{
    /// <summary>The version of the format that this program writes, and the only one that it reads.</summary>
    public const int Format = 1;
}
