namespace KvLab.Core.Recordings;

/// <summary>
/// What a chunk has said so far, by which what follows is said shortly. Writer and reader remember the same, each by its own work; nothing is remembered
/// beyond the end of a chunk, so that any chunk can be read by itself.
/// </summary>
internal sealed class ChunkMemory
{
    /// <summary>A power of two: the latest writes, by the low bits of their versions.</summary>
    public const int Writes = 4096;

    private readonly WriteMemory[] _writes = new WriteMemory[Writes];

    /// <summary>Text numbers of the nodes to which writes went, one list after the other.</summary>
    public List<int> PeerLists { get; } = [];

    /// <summary>By kind, the facts of the last event of it.</summary>
    public long[] Facts { get; } = new long[byte.MaxValue + 1];

    public List<SourceMemory> Sources { get; } = [];

    /// <summary>What is remembered of this write. Another one with the same low bits is forgotten.</summary>
    public ref WriteMemory Write(long epoch, long version)
    {
        ref var write = ref _writes[version & (Writes - 1)];
        if (write.Version != version || write.Epoch != epoch) write = new WriteMemory { Epoch = epoch, Version = version };
        return ref write;
    }

    public void Clear()
    {
        Array.Clear(_writes);
        Array.Clear(Facts);
        PeerLists.Clear();
        Sources.Clear();
    }
}

/// <summary>What is known of one write. All zero: nothing yet.</summary>
internal struct WriteMemory
{
    public long Epoch, Version;

    /// <summary>Number of the text; 0 for none.</summary>
    public int Key;

    /// <summary>Where its value stands in the column of values.</summary>
    public int ValueAt;

    /// <summary>In bytes, and one more; 0 for none.</summary>
    public int ValueLength;

    /// <summary>When it began by the last event that told how long ago that was, in units of 100 ns on the clock of that event's node.</summary>
    public long Began;

    public int PeersAt, PeersCount;

    /// <summary>Where its delays stand in the column of delays.</summary>
    public int DelaysAt;
    public int DelaysCount;
}

/// <summary>One run of a node's process, and the numbers of its last event.</summary>
internal sealed class SourceMemory(byte[] node, byte[] incarnation)
{
    public byte[] Node => node;
    public byte[] Incarnation => incarnation;
    public long Dropped, Sequence, Lamport, MonotonicNs, Epoch, Version;

    /// <summary>Wall clock minus monotonic clock, in units of 100 ns.</summary>
    public long Offset;
}
