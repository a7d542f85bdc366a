using KvLab.Core.Keyframes;
using KvLab.Core.Network;
using KvLab.Core.Settings;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Traffic;

/// <summary>
/// Delays in a keyframe. Each is eight bytes without any pattern, half of the whole, and nearly all follow from settings, write and follower: those are a byte, and all of them
/// together a sum, by which a build whose schedule is another refuses the keyframe.
/// </summary>
internal sealed class ScheduledDelays(LiveSettings? settings)
{
    private long _sum;

    public void Write(KeyframeWriter writer, double ms, EntryVersion version, string follower, int attempt, int place)
    {
        var known = Same(ms, Of(version, follower, attempt, place));
        writer.Flag(known);
        if (known) Add(ms);
        else writer.Ms(ms);
    }

    public double Read(ref KeyframeReader reader, EntryVersion version, string follower, int attempt, int place) =>
        reader.Flag() ? Add(Of(version, follower, attempt, place) ?? throw Missing()) : reader.Ms();

    /// <summary>Of an attempt, which is kept in less room.</summary>
    public void Write(KeyframeWriter writer, float ms, EntryVersion version, string follower, int attempt)
    {
        var known = Of(version, follower, attempt, place: 0) is { } scheduled && Same(ms, (float)scheduled);
        writer.Flag(known);
        if (known) Add(ms);
        else writer.Number(BitConverter.SingleToUInt32Bits(ms));
    }

    public float Read(ref KeyframeReader reader, EntryVersion version, string follower, int attempt) =>
        reader.Flag() ? (float)Add((float)(Of(version, follower, attempt, place: 0) ?? throw Missing())) : BitConverter.UInt32BitsToSingle(unchecked((uint)reader.Number()));

    public void WriteCheck(KeyframeWriter writer)
    {
        writer.Signed(_sum);
        _sum = 0;
    }

    public void ReadCheck(ref KeyframeReader reader)
    {
        if (reader.Signed() != _sum) throw new FormatException("The keyframe was made with a different delay schedule, or it is damaged.");
        _sum = 0;
    }

    private double Add(double ms)
    {
        _sum = unchecked(_sum * 31 + BitConverter.DoubleToInt64Bits(ms));
        return ms;
    }

    private static bool Same(double ms, double? scheduled) => scheduled is { } known && BitConverter.DoubleToInt64Bits(ms) == BitConverter.DoubleToInt64Bits(known);

    private static FormatException Missing() => new("The keyframe relies on settings that it does not hold.");

    /// <summary>Null where these settings draw none.</summary>
    private double? Of(EntryVersion version, string follower, int attempt, int place)
    {
        // What a file says need not be what settings may be.
        if (settings is null || !Enum.IsDefined(settings.Distribution)) return null;
        return DelaySchedule.DelayMs(settings, version.Counter, follower, attempt, place);
    }
}
