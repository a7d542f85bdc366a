using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;

namespace KvLab.Core.Recordings;

/// <summary>What a file is made of behind its first eight bytes.</summary>
internal enum BlockKind : byte
{
    None,
    Header,
    Chunk,
    Keyframe,
    Note,
    Index,
    End,
}

/// <summary>A block: its kind, the length of its body (4 bytes), its body, and XXH64 of all that (8 bytes). Numbers are little-endian.</summary>
internal static class RecordingBlock
{
    public const int Before = 1 + sizeof(uint);
    public const int After = sizeof(ulong);
    public const int Around = Before + After;

    /// <summary>How every file begins. The first byte is no text, the last two are what a transfer as text would change.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'K', (byte)'V', (byte)'R', (byte)'E', (byte)'C', 0x0D, 0x0A];

    /// <summary>Room for what stands before a body that is to be written behind it.</summary>
    public static void Begin(ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        output.GetSpan(Before);
        output.Advance(Before);
    }

    /// <summary>The whole block, in <paramref name="output"/>.</summary>
    public static ReadOnlySpan<byte> End(ArrayBufferWriter<byte> output, BlockKind kind)
    {
        var length = output.WrittenCount - Before;
        if (length > RecordingLimits.Block) throw new RecordingException($"A block of {length} bytes cannot be recorded: at most {RecordingLimits.Block} are possible.", 0);
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsMemory(output.WrittenMemory).Span;
        bytes[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(bytes[1..], length);
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(After), XxHash64.HashToUInt64(bytes));
        output.Advance(After);
        return output.WrittenSpan;
    }

    /// <summary>The block at this place, its checksum compared.</summary>
    /// <param name="end">No byte of it lies from here on.</param>
    /// <exception cref="RecordingException">There is none, or it is damaged.</exception>
    public static (BlockKind Kind, ReadOnlyMemory<byte> Body) Read(Stream file, long offset, long end)
    {
        if (end - offset < Around) throw new RecordingException($"The file ends within a block that begins at byte {offset}.", offset);
        file.Position = offset;
        Span<byte> before = stackalloc byte[Before];
        Fill(file, before, offset);
        var (kind, length) = ((BlockKind)before[0], BinaryPrimitives.ReadUInt32LittleEndian(before[1..]));
        if (kind is BlockKind.None or > BlockKind.End) throw new RecordingException($"At byte {offset} there should be a block, but its first byte is {before[0]}, which is none of the known kinds.", offset);
        if (length > RecordingLimits.Block) throw new RecordingException($"The block at byte {offset} is said to have {length} bytes; at most {RecordingLimits.Block} are possible.", offset);
        if (length > end - offset - Around) throw new RecordingException($"The file ends within the block that begins at byte {offset}: it should have {length} bytes, and {end - offset - Around} are there.", offset);
        var bytes = new byte[Before + length + After];
        before.CopyTo(bytes);
        Fill(file, bytes.AsSpan(Before), offset);
        var hashed = bytes.AsSpan(0, bytes.Length - After);
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(hashed.Length)) != XxHash64.HashToUInt64(hashed))
            throw new RecordingException($"The block at byte {offset} is damaged: its checksum is wrong.", offset);
        return (kind, bytes.AsMemory(Before, (int)length));
    }

    private static void Fill(Stream file, Span<byte> bytes, long offset)
    {
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw new RecordingException($"The file ends within a block that begins at byte {offset}.", offset);
    }
}
