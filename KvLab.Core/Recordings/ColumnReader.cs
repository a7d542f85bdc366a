using System.Buffers.Binary;

namespace KvLab.Core.Recordings;

/// <summary>Reads what a <see cref="ColumnWriter"/> wrote. Whatever does not fit is a <see cref="FormatException"/>.</summary>
internal sealed class ColumnReader(string name, ReadOnlyMemory<byte> bytes)
{
    private int _at;

    public int At => _at;

    public byte Byte(byte largest = byte.MaxValue)
    {
        if (_at == bytes.Length) throw TooShort();
        var value = bytes.Span[_at++];
        return value <= largest ? value : throw new FormatException($"its column {name} holds {value} where at most {largest} is known");
    }

    public ulong Varint()
    {
        var span = bytes.Span;
        ulong value = 0;
        for (var i = 0; i < 10 && _at < span.Length; i++)
        {
            var next = span[_at++];
            if (i == 9 && next > 1) break;
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80) return value;
        }

        throw new FormatException($"its column {name} ends within a number, or holds one of more than 64 bits");
    }

    /// <summary>How many of something, or which one.</summary>
    public int Number(int largest = int.MaxValue) => Varint() is var value && value <= (ulong)largest ? (int)value
        : throw new FormatException($"its column {name} holds {value} where at most {largest} makes sense");

    public long Signed() => Signed(Varint());

    public static long Signed(ulong zigZag) => (long)(zigZag >> 1) ^ -(long)(zigZag & 1);

    public ReadOnlySpan<byte> Raw(int length)
    {
        if (length > bytes.Length - _at) throw TooShort();
        var raw = bytes.Span.Slice(_at, length);
        _at += length;
        return raw;
    }

    public double Double() => BinaryPrimitives.ReadDoubleLittleEndian(Raw(sizeof(double)));

    /// <summary>What stood there before.</summary>
    public ReadOnlySpan<byte> Earlier(int at, int length) => bytes.Span.Slice(at, length);

    public void End()
    {
        if (_at < bytes.Length) throw new FormatException($"its column {name} holds {bytes.Length - _at} bytes that belong to nothing");
    }

    private FormatException TooShort() => new($"its column {name} is too short");
}
