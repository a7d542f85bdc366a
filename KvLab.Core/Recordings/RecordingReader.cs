using KvLab.Core.Observation.Messages;
using KvLab.Core.Wire;
using ZstdSharp;

namespace KvLab.Core.Recordings;

/// <summary>Reads a recording: any chunk and any keyframe, in whatever order. Not safe for concurrent use.</summary>
public sealed class RecordingReader : IDisposable
{
    private readonly Stream _file;
    private readonly Decompressor _zstd = new();

    private RecordingReader(Stream file, Recording recording) => (_file, Recording) = (file, recording);

    public Recording Recording { get; }

    /// <param name="file">Can be sought; stays open.</param>
    /// <param name="trustIndex">False: every block is looked at, as if there were no index.</param>
    /// <exception cref="RecordingException">It is no recording, or one of another version. One that is damaged further on is opened; what is wrong is in its <see cref="Recording.Damage"/>.</exception>
    public static RecordingReader Open(Stream file, bool trustIndex = true) => new(file, RecordingScan.Of(file, trustIndex));

    /// <summary>Reads what is known to be in a file, which may have grown since.</summary>
    /// <param name="file">Can be sought; stays open.</param>
    public static RecordingReader Over(Stream file, Recording recording) => new(file, recording);

    /// <summary>All elements from one on, each with its number.</summary>
    /// <exception cref="RecordingException">A chunk is damaged.</exception>
    public IEnumerable<(long Number, Observed Observed)> Read(long from = 0)
    {
        for (var chunk = Math.Max(0, Recording.FindChunk(from)); chunk < Recording.Chunks.Count; chunk++)
        {
            var number = Recording.Chunks[chunk].Info.Number;
            foreach (var observed in ReadChunk(chunk))
            {
                if (number >= from) yield return (number, observed);
                number++;
            }
        }
    }

    /// <summary>The elements of one chunk, each made as it is asked for.</summary>
    /// <exception cref="RecordingException">It is damaged.</exception>
    public IEnumerable<Observed> ReadChunk(int chunk) => ReadPacked(chunk).Select(element => Open(Recording.Chunks[chunk], element));

    /// <exception cref="RecordingException">The chunk is damaged.</exception>
    internal static Observed Open(ChunkPlace chunk, PackedElement element) => Guarded(chunk, _ => element.Open());

    /// <inheritdoc cref="ReadChunk"/>
    internal IEnumerable<PackedElement> ReadPacked(int chunk)
    {
        var place = Recording.Chunks[chunk];
        using var elements = Guarded(place, Unpack).GetEnumerator();
        while (Guarded(place, _ => elements.MoveNext())) yield return elements.Current;
    }

    /// <summary>The state that was kept there.</summary>
    /// <exception cref="RecordingException">It is damaged.</exception>
    public byte[] ReadKeyframe(int keyframe)
    {
        var place = Recording.Keyframes[keyframe];
        var (kind, body) = RecordingBlock.Read(_file, place.Offset, Recording.Whole);
        try
        {
            if (kind != BlockKind.Keyframe || body.Length != place.Length) throw new FormatException("the index describes it wrongly");
            var reader = new WireReader(body.Span);
            if (reader.Number() != place.Number || reader.Number() != place.Events) throw new FormatException("the index describes it wrongly");
            var length = reader.Number();
            if (length > RecordingLimits.Block) throw new FormatException("it announces more than a state can have");
            return UnpackBytes(body.Span[^reader.Left..], (int)length).ToArray();
        }
        catch (FormatException wrong) when (wrong is not RecordingException)
        {
            throw new RecordingException($"The keyframe at byte {place.Offset} cannot be read: {wrong.Message.TrimEnd('.')}.", place.Offset, wrong);
        }
    }

    public void Dispose() => _zstd.Dispose();

    private IEnumerable<PackedElement> Unpack(ChunkPlace place)
    {
        var (kind, body) = RecordingBlock.Read(_file, place.Offset, Recording.Whole);
        if (kind != BlockKind.Chunk || body.Length != place.Length) throw new FormatException("the index describes it wrongly");
        var reader = new WireReader(body.Span);
        if (RecordingBodies.ReadInfo(ref reader) != place.Info) throw new FormatException("the index describes it wrongly");
        var columns = new ReadOnlyMemory<byte>[Enum.GetValues<RecordingColumn>().Length];
        if (reader.Number() is var count && count != columns.Length) throw new FormatException($"it has {count} columns where {columns.Length} are known");
        var lengths = new (int Raw, int Packed)[columns.Length];
        long raw = 0, packed = 0;
        foreach (ref var length in lengths.AsSpan())
        {
            var (whole, small) = (reader.Number(), reader.Number());
            if (whole > RecordingLimits.Block || small > whole || (raw += whole) > RecordingLimits.Block) throw new FormatException("it announces more than a chunk can hold");
            packed += small;
            length = ((int)whole, (int)small);
        }

        if (packed != reader.Left) throw new FormatException($"it has {reader.Left} bytes of columns where {packed} are announced");
        var at = body.Length - reader.Left;
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = lengths[i].Raw == lengths[i].Packed ? body.Slice(at, lengths[i].Raw) : UnpackBytes(body.Span.Slice(at, lengths[i].Packed), lengths[i].Raw);
            at += lengths[i].Packed;
        }

        return new ChunkReader(place.Info, columns).Read();
    }

    /// <summary>Into the room that was announced, and no more: what unpacks to something larger is refused before it is there.</summary>
    private ReadOnlyMemory<byte> UnpackBytes(ReadOnlySpan<byte> packed, int length)
    {
        if (packed.Length == length) return packed.ToArray();
        var bytes = new byte[length];
        try
        {
            if (_zstd.Unwrap(packed, bytes) == length) return bytes;
        }
        catch (ZstdException wrong)
        {
            throw new FormatException($"it cannot be unpacked ({wrong.Message})", wrong);
        }

        throw new FormatException("it unpacks to another length than is announced");
    }

    private static T Guarded<T>(ChunkPlace place, Func<ChunkPlace, T> read)
    {
        try
        {
            return read(place);
        }
        catch (FormatException wrong) when (wrong is not RecordingException)
        {
            throw new RecordingException($"The chunk at byte {place.Offset} cannot be read: {wrong.Message.TrimEnd('.')}.", place.Offset, wrong);
        }
    }
}
