using System.Buffers.Binary;
using System.Runtime.CompilerServices;

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
        if (_at < bytes.Length) throw new FormatException($"its column {name} has {bytes.Length - _at} bytes left over");
    }

    private FormatException TooShort() => new($"its column {name} is too short");
}

/// <summary>A column that grows. It keeps its room when it is emptied, so that a recorder at work takes no memory anew.</summary>
internal sealed class ColumnWriter
{
    private const int LongestVarint = 10;

    private byte[] _bytes = new byte[256];

    public int Length { get; private set; }
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Byte(byte value)
    {
        if (Length == _bytes.Length) Grow(1);
        _bytes[Length++] = value;
    }

    /// <summary>Seven bits to a byte, the lowest first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Number(ulong value)
    {
        if (value < 0x80) Byte((byte)value);
        else Long(value);
    }

    public void Number(int value) => Number((ulong)value);

    /// <summary>A number of either sign: 0, -1, 1, -2 … are written as 0, 1, 2, 3 …</summary>
    public void Signed(long value) => Number(ZigZag(value));

    public static ulong ZigZag(long value) => (ulong)((value << 1) ^ (value >> 63));

    public void Raw(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length - Length < bytes.Length) Grow(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Double(double value)
    {
        if (_bytes.Length - Length < sizeof(double)) Grow(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(Length), value);
        Length += sizeof(double);
    }

    private void Long(ulong value)
    {
        if (_bytes.Length - Length < LongestVarint) Grow(LongestVarint);
        var (bytes, length) = (_bytes, Length);
        for (; value >= 0x80; value >>= 7) bytes[length++] = (byte)(value | 0x80);
        bytes[length++] = (byte)value;
        Length = length;
    }

    private void Grow(int room) => Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, Length + room));
}
