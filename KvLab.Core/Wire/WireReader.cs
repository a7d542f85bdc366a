using System.Buffers.Binary;
using System.Text;

namespace KvLab.Core.Wire;

/// <summary>Reads what <see cref="WireWriter"/> wrote. Whatever does not fit is a <see cref="FormatException"/>; nothing is reserved on a sender's word.</summary>
public ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> _rest = bytes;

    public readonly int Left => _rest.Length;

    public byte Byte(byte largest = byte.MaxValue)
    {
        if (_rest.IsEmpty) throw new FormatException("The batch ends too early.");
        var value = _rest[0];
        if (value > largest) throw new FormatException($"The batch holds {value} where at most {largest} is known.");
        _rest = _rest[1..];
        return value;
    }

    /// <summary>A number that is not negative.</summary>
    public long Number() => (long)Varint() is >= 0 and var value ? value : throw new FormatException("The batch holds a number below zero.");

    /// <summary>A number of either sign.</summary>
    public long Signed()
    {
        var value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Varint()
    {
        // Most numbers are small.
        if (!_rest.IsEmpty && _rest[0] < 0x80)
        {
            var small = _rest[0];
            _rest = _rest[1..];
            return small;
        }

        ulong value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            // Nine bytes hold 63 bits, so of the tenth only one is left.
            if (i == 9 && _rest[i] > 1) throw new FormatException("The batch holds a number of more than 64 bits.");
            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] >= 0x80) continue;
            _rest = _rest[(i + 1)..];
            return value;
        }

        throw new FormatException("The batch ends within a number.");
    }

    /// <summary>How many of something follow; each takes at least <paramref name="leastBytes"/>, so that a wrong count cannot make us reserve memory.</summary>
    public int Count(int leastBytes)
    {
        var count = Number();
        return count <= _rest.Length / leastBytes ? (int)count : throw new FormatException("The batch is shorter than its count says.");
    }

    public double Double()
    {
        if (_rest.Length < sizeof(double)) throw new FormatException("The batch ends within a number.");
        var value = BinaryPrimitives.ReadDoubleLittleEndian(_rest);
        _rest = _rest[sizeof(double)..];
        return value;
    }

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Number();
        if (length > _rest.Length) throw new FormatException("The batch ends within a text.");
        var bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return bytes;
    }

    public string Text() => Decode(Bytes());

    /// <summary>Gives back <paramref name="expected"/> where that is what stands there.</summary>
    public string Text(string expected)
    {
        var bytes = Bytes();
        return expected.Length == bytes.Length && Ascii.Equals(bytes, expected) ? expected : Decode(bytes);
    }

    /// <summary>Two texts must not become one because both hold bytes that are no characters.</summary>
    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException wrong)
        {
            throw new FormatException("The batch holds a text that is not UTF-8.", wrong);
        }
    }

    public readonly void End()
    {
        if (!_rest.IsEmpty) throw new FormatException($"{_rest.Length} bytes follow behind the batch.");
    }
}
