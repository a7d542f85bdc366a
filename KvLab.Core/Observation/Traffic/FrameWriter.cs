using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace KvLab.Core.Observation.Traffic;

/// <summary>Writes what a script reads with a <c>DataView</c>: little-endian, nothing aligned.</summary>
internal sealed class FrameWriter(int capacity)
{
    private readonly ArrayBufferWriter<byte> _output = new(capacity);

    public byte[] Bytes => _output.WrittenSpan.ToArray();

    public void Byte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    public void UShort(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_output.GetSpan(sizeof(ushort)), value);
        _output.Advance(sizeof(ushort));
    }

    public void UInt(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_output.GetSpan(sizeof(uint)), value);
        _output.Advance(sizeof(uint));
    }

    public void Float(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(_output.GetSpan(sizeof(float)), value);
        _output.Advance(sizeof(float));
    }

    public void Double(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(_output.GetSpan(sizeof(double)), value);
        _output.Advance(sizeof(double));
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteUInt16LittleEndian(_output.GetSpan(sizeof(ushort)), (ushort)length);
        _output.Advance(sizeof(ushort));
        _output.Advance(Encoding.UTF8.GetBytes(text, _output.GetSpan(length)));
    }
}
