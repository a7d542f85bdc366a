using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using KvLab.Core.Events;

namespace KvLab.Core.Observation.Traffic;

/// <summary>How far one viewer of the messages has come. Belongs to one viewer.</summary>
public sealed class TrafficCursor
{
    internal long Change { get; set; } = -1;

    /// <summary>The newest attempt that was shown.</summary>
    internal long Newest { get; set; }

    /// <summary>Messages that came too fast to be shown to this viewer.</summary>
    internal long Skipped { get; set; }
}

/// <summary>
/// What changed since a viewer looked last, packed for a page's script (<c>wwwroot/js/map-data.js</c> reads it). Whoever comes too late, or for the first time, gets the state of the last seconds
/// anew: a viewer that cannot follow holds up nobody and needs no more room than one frame.
/// </summary>
/// <remarks>
/// Little-endian. u8 flags (1: forget what was before); f64 now, ms since the observer began; u32 attempts that were skipped; u8 names, each u16 length and UTF-8; u32 attempts, each: f64 number,
/// u8 leader and u8 follower among the names, u8 attempt, u8 outcome (0 none, 1 applied, 2 superseded, 3 duplicate, 4 fenced), u8 required, u32 facts (<see cref="TripFacts"/>), f32 delay in ms,
/// f64 sent, arrived and returned in ms (0: not told), f64 epoch and version, key as u16 length and UTF-8.
/// </remarks>
internal static class TrafficFrames
{
    /// <summary>Attempts in one frame at most; the rest comes with the next.</summary>
    public const int MostTrips = 4096;

    /// <summary>A viewer that has so many changes before it cannot follow.</summary>
    private const int MostWaiting = 16_384;

    private const long WholeNs = 3_000_000_000;
    private const double NsPerMs = 1_000_000;

    /// <returns>Null where nothing changed.</returns>
    public static byte[]? Next(TripBook trips, TrafficCursor cursor, long nowNs)
    {
        var whole = cursor.Change < trips.FirstChange || trips.Changes - cursor.Change > MostWaiting;
        if (!whole && cursor.Change == trips.Changes) return null;
        var numbers = whole ? Latest(trips, cursor, nowNs) : Changed(trips, cursor);
        return Pack(trips, numbers, whole, nowNs, cursor.Skipped);
    }

    private static List<long> Latest(TripBook trips, TrafficCursor cursor, long nowNs)
    {
        var numbers = new List<long>();
        for (var number = trips.Last; number >= trips.First && numbers.Count < MostTrips; number--)
        {
            ref var trip = ref trips[number];
            if (Math.Max(trip.SentNs, Math.Max(trip.ArrivedNs, trip.ReturnedNs)) < nowNs - WholeNs && trip.IsOver) break;
            numbers.Add(number);
        }

        numbers.Reverse();
        // What is new and not among these is not shown any more; a reset forgets on purpose.
        if (cursor.Change >= trips.ClearedAt) cursor.Skipped += Math.Max(0, trips.Last - cursor.Newest - numbers.Count(n => n > cursor.Newest));
        (cursor.Change, cursor.Newest) = (trips.Changes, trips.Last);
        return numbers;
    }

    private static List<long> Changed(TripBook trips, TrafficCursor cursor)
    {
        var numbers = new List<long>();
        var seen = new HashSet<long>();
        while (cursor.Change < trips.Changes && numbers.Count < MostTrips)
        {
            var number = trips.ChangeAt(cursor.Change++);
            if (number >= trips.First && seen.Add(number)) numbers.Add(number);
            cursor.Newest = Math.Max(cursor.Newest, number);
        }

        return numbers;
    }

    private static byte[] Pack(TripBook trips, List<long> numbers, bool whole, long nowNs, long skipped)
    {
        var names = new List<string>();
        foreach (var number in numbers)
        {
            if (!names.Contains(trips[number].Leader)) names.Add(trips[number].Leader);
            if (!names.Contains(trips[number].Follower)) names.Add(trips[number].Follower);
        }

        if (names.Count > byte.MaxValue) names.RemoveRange(byte.MaxValue, names.Count - byte.MaxValue);
        var output = new ArrayBufferWriter<byte>(64 + numbers.Count * 80);
        Byte(output, whole ? (byte)1 : (byte)0);
        Double(output, nowNs / NsPerMs);
        UInt(output, (uint)Math.Min(skipped, uint.MaxValue));
        Byte(output, (byte)names.Count);
        foreach (var name in names) Text(output, name);
        var known = numbers.FindAll(n => names.Contains(trips[n].Leader) && names.Contains(trips[n].Follower));
        UInt(output, (uint)known.Count);
        foreach (var number in known)
        {
            ref var t = ref trips[number];
            Double(output, number);
            Byte(output, (byte)names.IndexOf(t.Leader));
            Byte(output, (byte)names.IndexOf(t.Follower));
            Byte(output, (byte)Math.Min(t.Attempt, byte.MaxValue));
            Byte(output, t.Outcome switch { null => 0, DeliveryOutcome.Applied => 1, DeliveryOutcome.Superseded => 2, DeliveryOutcome.Duplicate => 3, _ => 4 });
            Byte(output, (byte)Math.Clamp(t.Required, 0, byte.MaxValue));
            UInt(output, (uint)t.Facts);
            BinaryPrimitives.WriteSingleLittleEndian(output.GetSpan(sizeof(float)), t.DelayMs);
            output.Advance(sizeof(float));
            Double(output, t.SentNs / NsPerMs);
            Double(output, t.ArrivedNs / NsPerMs);
            Double(output, t.ReturnedNs / NsPerMs);
            Double(output, t.Version.Epoch);
            Double(output, t.Version.Counter);
            Text(output, t.Key);
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Byte(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    private static void UInt(ArrayBufferWriter<byte> output, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(sizeof(uint)), value);
        output.Advance(sizeof(uint));
    }

    private static void Double(ArrayBufferWriter<byte> output, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }

    private static void Text(ArrayBufferWriter<byte> output, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        BinaryPrimitives.WriteUInt16LittleEndian(output.GetSpan(sizeof(ushort)), (ushort)length);
        output.Advance(sizeof(ushort));
        output.Advance(Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }
}
