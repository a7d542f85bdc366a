using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace KvLab.Core.Wire;

/// <summary>Writes the parts of compact messages: whole numbers as varints, texts as length and UTF-8.</summary>
public readonly ref struct WireWriter(IBufferWriter<byte> output)
{
    private const int LongestVarint = 10;

    public void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    /// <summary>A number that is hardly ever negative: seven bits to a byte.</summary>
    public void Number(long value)
    {
        var span = output.GetSpan(LongestVarint);
        var rest = (ulong)value;
        var length = 0;
        for (; rest >= 0x80; rest >>= 7) span[length++] = (byte)(rest | 0x80);
        span[length++] = (byte)rest;
        output.Advance(length);
    }

    /// <summary>A number of either sign, small in most cases.</summary>
    public void Signed(long value) => Number((value << 1) ^ (value >> 63));

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Number(bytes.Length);
        output.Write(bytes);
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(length);
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }
}
