using KvLab.Core.Versioning;
using KvLab.Core.Wire;

namespace KvLab.Core.Keyframes;

/// <summary>
/// Reads what <see cref="KeyframeWriter"/> wrote. Whatever does not fit is a <see cref="FormatException"/>, and nothing is reserved that the bytes which are left could not
/// fill: a keyframe comes in a file that somebody may have made to do harm.
/// </summary>
internal ref struct KeyframeReader(ReadOnlySpan<byte> bytes)
{
    public delegate T Reading<out T>(ref KeyframeReader reader);

    private readonly List<string> _texts = [];
    private WireReader _wire = new(bytes);
    private long _ticks;
    private EntryVersion _version;
    private long _realBits;

    public byte Byte(byte largest = byte.MaxValue) => _wire.Byte(largest);
    public bool Flag() => _wire.Byte(1) == 1;
    public long Number() => _wire.Number();
    public long Signed() => _wire.Signed();

    /// <summary>A number that is not negative.</summary>
    public int Int(int largest = int.MaxValue) => Number() is var number && number <= largest ? (int)number : throw new FormatException($"The keyframe holds {number} where at most {largest} is allowed.");

    public int SignedInt() => Signed() is >= int.MinValue and <= int.MaxValue and var number ? (int)number : throw new FormatException("The keyframe holds a number of more than 32 bits.");

    /// <summary>How many of something follow; each takes at least <paramref name="leastBytes"/>.</summary>
    public int Count(int largest, int leastBytes = 1) =>
        _wire.Count(leastBytes) is var count && count <= largest ? count : throw new FormatException($"The keyframe holds {count} where at most {largest} are allowed.");

    public T[] Many<T>(int count, Reading<T> read)
    {
        var all = new T[count];
        for (var i = 0; i < count; i++) all[i] = read(ref this);
        return all;
    }

    /// <summary>For a number that was added up, and may be anything.</summary>
    public T[] Some<T>(long count, int leastBytes, Reading<T> read) =>
        count <= _wire.Left / leastBytes ? Many((int)count, read) : throw new FormatException("The keyframe is shorter than its counts say.");

    public string? TextOrNone()
    {
        var number = Number();
        if (number == 0) return null;
        if (number > _texts.Count + 1) throw new FormatException("The keyframe refers to a text that it did not hold.");
        if (number > 1) return _texts[(int)number - 2];
        var text = _wire.Text();
        _texts.Add(text);
        return text;
    }

    public string Text() => TextOrNone() ?? throw new FormatException("The keyframe holds nothing where a text belongs.");

    public string[] Texts() => Many(Count(int.MaxValue), static (ref r) => r.Text());

    public DateTimeOffset Time()
    {
        _ticks = unchecked(_ticks + Signed());
        if (_ticks < DateTime.MinValue.Ticks || _ticks > DateTime.MaxValue.Ticks) throw new FormatException("The keyframe holds a time outside the calendar.");
        return new DateTimeOffset(_ticks, TimeSpan.Zero);
    }

    public DateTimeOffset? TimeOrNone() => Flag() ? Time() : null;

    public EntryVersion Version()
    {
        var number = Number();
        if ((number & 1) == 0) return _version = _version with { Counter = unchecked(_version.Counter + Step(number)) };
        if (number != 1) throw new FormatException("The keyframe holds a version that cannot be read.");
        var epoch = Signed();
        return _version = new EntryVersion(epoch, Signed());
    }

    public double Ms(double near = 0)
    {
        var number = Number();
        if ((number & 1) == 0) return KeyframeLimits.MsOf(unchecked(KeyframeLimits.NearestTicks(near) + Step(number)));
        return number == 1 ? _wire.Double() : throw new FormatException("The keyframe holds a time that cannot be read.");
    }

    public double? MsOrNone() => Flag() ? Ms() : null;

    public double? RealOrNone()
    {
        switch (Byte(2))
        {
            case 0: return null;
            case 2: _realBits = BitConverter.DoubleToInt64Bits(_wire.Double()); break;
            default: break;
        }

        return BitConverter.Int64BitsToDouble(_realBits);
    }

    public double Real() => _wire.Double();

    public long? NumberOrNone() => Flag() ? Signed() : null;

    public int? IntOrNone() => Flag() ? SignedInt() : null;

    public readonly void End() => _wire.End();

    private static long Step(long number)
    {
        var folded = (ulong)number >> 1;
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }
}
