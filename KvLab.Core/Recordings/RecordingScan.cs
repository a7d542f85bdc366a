using System.Buffers.Binary;
using KvLab.Core.Wire;

namespace KvLab.Core.Recordings;

/// <summary>Finds out what a file holds: by its index where it has one, else by all its blocks from the first on.</summary>
internal static class RecordingScan
{
    public static Recording Of(Stream file, bool trustIndex)
    {
        var length = file.Length;
        Span<byte> magic = stackalloc byte[RecordingBlock.Magic.Length];
        file.Position = 0;
        if (file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) < magic.Length || !magic.SequenceEqual(RecordingBlock.Magic))
            throw new RecordingException("This is not a KvLab recording: it does not begin like one.", 0);
        var (header, next) = ReadHeader(file, magic.Length, length);
        if (trustIndex && TryIndex(file, length, header) is { } indexed) return indexed;
        return Blocks(file, next, length, new Recording(header) { Whole = next });
    }

    private static (RecordingHeader Header, long Next) ReadHeader(Stream file, long offset, long length)
    {
        var (kind, body) = RecordingBlock.Read(file, offset, length);
        if (kind != BlockKind.Header) throw new RecordingException("This is not a KvLab recording: its first block is not a header.", offset);
        return (Named(offset, "header", () => RecordingBodies.ReadHeader(body.Span)), offset + body.Length + RecordingBlock.Around);
    }

    /// <returns>Null where there is no index that can be used. Then every block is looked at, which says what is wrong, if anything is.</returns>
    private static Recording? TryIndex(Stream file, long length, RecordingHeader header)
    {
        try
        {
            var (kind, end) = RecordingBlock.Read(file, length - RecordingEnd.Length, length);
            if (kind != BlockKind.End || end.Length != sizeof(long)) return null;
            var offset = BinaryPrimitives.ReadInt64LittleEndian(end.Span);
            if (offset < RecordingBlock.Magic.Length || offset > length - RecordingEnd.Length) return null;
            var (what, index) = RecordingBlock.Read(file, offset, length - RecordingEnd.Length);
            return what == BlockKind.Index && offset + index.Length + RecordingBlock.Around == length - RecordingEnd.Length ? RecordingBodies.ReadIndex(index.Span, header, offset) : null;
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static Recording Blocks(Stream file, long offset, long length, Recording recording)
    {
        try
        {
            while (offset < length)
            {
                var (kind, body) = RecordingBlock.Read(file, offset, length);
                var next = offset + body.Length + RecordingBlock.Around;
                var (at, before) = (offset, recording);
                recording = Named(offset, $"{kind.ToString().ToLowerInvariant()} block", () => Take(before, kind, body.Span, at));
                if (kind is BlockKind.Index)
                {
                    CheckEnd(file, next, length, offset);
                    return recording with { IsClosed = true };
                }

                recording = recording with { Whole = offset = next };
            }

            return recording;
        }
        catch (RecordingException damage)
        {
            return recording with { Damage = damage };
        }
    }

    private static Recording Take(Recording recording, BlockKind kind, ReadOnlySpan<byte> body, long offset)
    {
        var reader = new WireReader(body);
        switch (kind)
        {
            case BlockKind.Chunk:
                var info = RecordingBodies.ReadInfo(ref reader);
                if (info.Number != recording.Elements) throw new FormatException($"it begins with element {info.Number}, where {recording.Elements} comes next");
                return recording.With(new ChunkPlace(offset, body.Length, info));
            case BlockKind.Keyframe:
                var (number, events) = (reader.Number(), reader.Number());
                if (number != recording.Elements || events != recording.Events) throw new FormatException("it says that it belongs at another place");
                return recording with { Keyframes = recording.Keyframes.Add(new KeyframePlace(offset, body.Length, number, events)) };
            case BlockKind.Note:
                return RecordingBodies.ReadNote(body, recording);
            case BlockKind.Index:
                var index = RecordingBodies.ReadIndex(body, recording.Header, offset);
                var same = index.Whole == recording.Whole && index.Name == recording.Name && index.Why == recording.Why && index.Dropped == recording.Dropped
                    && index.Chunks.SequenceEqual(recording.Chunks) && index.Keyframes.SequenceEqual(recording.Keyframes);
                return same ? recording : throw new FormatException("it does not list what is in the file");
            default: throw new FormatException("a block of this kind cannot stand here");
        }
    }

    private static void CheckEnd(Stream file, long offset, long length, long index)
    {
        var (kind, body) = RecordingBlock.Read(file, offset, length);
        if (kind != BlockKind.End || body.Length != sizeof(long) || BinaryPrimitives.ReadInt64LittleEndian(body.Span) != index)
            throw new RecordingException($"The block at byte {offset} does not say where the index is.", offset);
        if (offset + RecordingEnd.Length < length) throw new RecordingException($"{length - offset - RecordingEnd.Length} bytes follow behind the end of the recording.", offset + RecordingEnd.Length);
    }

    private delegate T Reading<out T>();

    private static T Named<T>(long offset, string what, Reading<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException wrong) when (wrong is not RecordingException)
        {
            throw new RecordingException($"The {what} at byte {offset} cannot be read: {wrong.Message.TrimEnd('.')}.", offset, wrong);
        }
    }
}
