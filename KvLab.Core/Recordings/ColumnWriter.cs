using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace KvLab.Core.Recordings;

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
