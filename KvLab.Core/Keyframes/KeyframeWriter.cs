using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using KvLab.Core.Versioning;

namespace KvLab.Core.Keyframes;

/// <summary>
/// Writes a state, part after part, for <see cref="KeyframeReader"/> to read in the same order. A text is written once and is a number from then on; times and
/// versions are differences to the ones before, which are mostly near. Nothing is rounded.
/// </summary>
internal sealed class KeyframeWriter
{
    // Longest of what is written at once, but for texts.
    private const int Longest = 10;

    // Grown here, because asking an output for room byte by byte took most of the time.
    private byte[] _bytes = new byte[1 << 16];
    private int _length;
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private long _ticks;
    private EntryVersion _version;
    private long _realBits;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Byte(byte value)
    {
        Room(1);
        _bytes[_length++] = value;
    }

    public void Flag(bool value) => Byte(value ? (byte)1 : (byte)0);

    /// <summary>Not negative.</summary>
    public void Number(long value)
    {
        Room(Longest);
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7) _bytes[_length++] = (byte)(rest | 0x80);
        _bytes[_length++] = (byte)rest;
    }

    public void Signed(long value) => Number((value << 1) ^ (value >> 63));

    public void Real(double value)
    {
        Room(sizeof(double));
        BinaryPrimitives.WriteDoubleLittleEndian(_bytes.AsSpan(_length), value);
        _length += sizeof(double);
    }

    /// <summary>0 for none, 1 and the text the first time, its number from then on.</summary>
    public void Text(string? text)
    {
        if (text is null)
        {
            Number(0);
            return;
        }

        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, text, out var known);
        if (!known) number = _texts.Count + 1;
        Number(known ? number : 1);
        if (known) return;
        var length = Encoding.UTF8.GetByteCount(text);
        Number(length);
        Room(length);
        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
    }

    public void Texts(IReadOnlyList<string> texts)
    {
        Number(texts.Count);
        foreach (var text in texts) Text(text);
    }

    /// <summary>In UTC, which all times of a state are in.</summary>
    public void Time(DateTimeOffset time)
    {
        Signed(time.UtcTicks - _ticks);
        _ticks = time.UtcTicks;
    }

    public void TimeOrNone(DateTimeOffset? time)
    {
        Flag(time is not null);
        if (time is { } known) Time(known);
    }

    /// <summary>One number where only the counter differs, and not by much.</summary>
    public void Version(EntryVersion version)
    {
        var step = unchecked(version.Counter - _version.Counter);
        if (version.Epoch == _version.Epoch && step is > -KeyframeLimits.LargestStep and < KeyframeLimits.LargestStep)
        {
            Number(((step << 1) ^ (step >> 63)) << 1);
        }
        else
        {
            Number(1);
            Signed(version.Epoch);
            Signed(version.Counter);
        }

        _version = version;
    }

    /// <summary>A measured time is a whole number of ticks nearly always: those, as a difference to a time that it may be near to.</summary>
    public void Ms(double ms, double near = 0)
    {
        if (KeyframeLimits.TicksOf(ms) is { } ticks)
        {
            var step = ticks - KeyframeLimits.NearestTicks(near);
            Number(((step << 1) ^ (step >> 63)) << 1);
            return;
        }

        Number(1);
        Real(ms);
    }

    public void MsOrNone(double? ms)
    {
        Flag(ms is not null);
        if (ms is { } known) Ms(known);
    }

    /// <summary>0 for none, 1 for the same as before, 2 and all its bits.</summary>
    public void RealOrNone(double? value)
    {
        if (value is not { } known)
        {
            Byte(0);
            return;
        }

        var bits = BitConverter.DoubleToInt64Bits(known);
        Byte(bits == _realBits ? (byte)1 : (byte)2);
        if (bits != _realBits) Real(known);
        _realBits = bits;
    }

    private void Room(int bytes)
    {
        if (_length + bytes > _bytes.Length) Array.Resize(ref _bytes, Math.Max(2 * _bytes.Length, _length + bytes));
    }

    public void NumberOrNone(long? value)
    {
        Flag(value is not null);
        if (value is { } known) Signed(known);
    }
}
