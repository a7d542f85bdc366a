using KvLab.Core.Events;

namespace KvLab.Core.Observation.Traffic;

/// <summary>How far one viewer of the messages has come. Belongs to one viewer.</summary>
public sealed class TrafficCursor
{
    internal long Change { get; set; } = -1;

    /// <summary>The newest attempt that was shown.</summary>
    internal long Newest { get; set; }

    /// <summary>The newest call and the newest read that were shown.</summary>
    internal long Call { get; set; }
    internal long Read { get; set; }

    /// <summary>Messages that came too fast to be shown to this viewer.</summary>
    internal long Skipped { get; set; }

    private long _origin;

    /// <summary>What was shown is forgotten where the messages are others than before: those of another moment.</summary>
    internal void BeginAt(long origin)
    {
        if (_origin == origin) return;
        (_origin, Change, Newest, Call, Read, Skipped) = (origin, -1, 0, 0, 0, 0);
    }
}

/// <summary>
/// What changed since a viewer looked last, packed for a page's script (<c>wwwroot/js/map-data.js</c> reads it). Whoever comes too late, or for the first time, gets the state of the last seconds
/// anew: a viewer that cannot follow holds up nobody and needs no more room than one frame.
/// </summary>
/// <remarks>
/// Little-endian. u8 flags (1: forget what was before); f64 now, ms since the observer began; u32 attempts that were skipped; u8 names, each u16 length and UTF-8 and f32
/// by how many ms the times of that node may be wrong (NaN: not known); u32 attempts, each: f64 number,
/// u8 leader and u8 follower among the names, u8 attempt, u8 outcome (0 none, 1 applied, 2 superseded, 3 duplicate, 4 fenced), u8 required, u32 facts (<see cref="TripFacts"/>), f32 delay in ms,
/// f64 sent, arrived and returned in ms (0: not told), f64 epoch and version, key as u16 length and UTF-8;
/// u32 calls and reads, each: f64 number, u8 from, u8 to and u8 name among the names, u8 flags (1 answered, 2 foreign clock, 4 a read, 8 a stale one, 16 its
/// answer travels: ended is when it is due, and the same number comes again), f64 sent, arrived (0: not told) and ended in
/// ms, f64 epoch and version of what was read, its key as u16 length and UTF-8.
/// </remarks>
internal static class TrafficFrames
{
    /// <summary>Attempts in one frame at most; the rest comes with the next.</summary>
    public const int MostTrips = 4096;

    /// <summary>A viewer that has so many changes before it cannot follow.</summary>
    private const int MostWaiting = 16_384;

    private const long WholeNs = 3_000_000_000;
    private const long SoonNs = 250_000_000;
    private const double NsPerMs = 1_000_000;

    /// <param name="errorsMs">By node, how wrong its times may be against this observer's.</param>
    /// <param name="knownNs">What is sent until then is known already: of a recording. Most of it waits for its time, so that it does not crowd out what is under way.</param>
    /// <returns>Null where nothing changed.</returns>
    public static byte[]? Next(TrafficBook book, Func<IReadOnlyDictionary<string, double>> errorsMs, TrafficCursor cursor, long nowNs, long? knownNs = null)
    {
        var trips = book.Trips;
        var due = knownNs is { } known ? new Due(nowNs + SoonNs, known) : new Due(long.MaxValue, long.MaxValue);
        var whole = cursor.Change < trips.FirstChange || trips.Changes - cursor.Change > MostWaiting;
        var told = cursor.Change == trips.Changes && cursor.Call == book.Calls.Last && cursor.Read == book.Reads.Last;
        if (!whole && told && !due.Reaches(trips, Unshown(trips, cursor))) return null;
        CallTold[] calls = [.. Calls(book.Calls, whole ? 0 : cursor.Call, nowNs), .. Calls(book.Reads, whole ? 0 : cursor.Read, nowNs)];
        (cursor.Call, cursor.Read) = (book.Calls.Last, book.Reads.Last);
        var numbers = whole ? Latest(trips, cursor, nowNs, due) : Changed(trips, cursor, due);
        return Pack(trips, numbers, calls, errorsMs(), whole, nowNs, cursor.Skipped);
    }

    private static IEnumerable<CallTold> Calls(CallBook calls, long after, long nowNs) => calls.After(after).SkipWhile(c => c.AnsweredNs < nowNs - WholeNs);

    private static List<long> Latest(TripBook trips, TrafficCursor cursor, long nowNs, Due due)
    {
        var numbers = new List<long>();
        var newest = trips.Last;
        while (newest >= trips.First && (!trips.Has(newest) || Due.FirstNs(trips[newest]) > due.SoonNs)) newest--;
        for (var number = newest; number >= trips.First && numbers.Count < MostTrips; number--)
        {
            if (!trips.Has(number)) continue;
            ref var trip = ref trips[number];
            if (Math.Max(trip.SentNs, Math.Max(trip.ArrivedNs, trip.ReturnedNs)) < nowNs - WholeNs && trip.IsOver) break;
            numbers.Add(number);
        }

        numbers.Reverse();
        // What is new and not among these is not shown any more; a reset forgets on purpose.
        if (cursor.Change >= trips.ClearedAt) cursor.Skipped += Math.Max(0, newest - cursor.Newest - numbers.Count(n => n > cursor.Newest));
        (cursor.Change, cursor.Newest) = (trips.Changes, newest);
        return numbers;
    }

    /// <summary>The first attempt that this viewer was not shown.</summary>
    private static long Unshown(TripBook trips, TrafficCursor cursor) => Math.Max(cursor.Newest + 1, trips.First);

    private static List<long> Changed(TripBook trips, TrafficCursor cursor, Due due)
    {
        var numbers = new List<long>();
        var seen = new HashSet<long>();
        while (cursor.Change < trips.Changes && numbers.Count < MostTrips)
        {
            var number = trips.ChangeAt(cursor.Change++);
            // What was not shown yet comes when it is due.
            if (number >= trips.First && number <= cursor.Newest && seen.Add(number)) numbers.Add(number);
        }

        for (var number = Unshown(trips, cursor); numbers.Count < MostTrips && due.Reaches(trips, number); number++)
        {
            if (trips.Has(number)) numbers.Add(number);
            cursor.Newest = number;
        }

        return numbers;
    }

    /// <summary>A message is due when it is sent soon; one that its sender's clock puts after all that is known is due with those around it, for it would hold up the others.</summary>
    private readonly record struct Due(long SoonNs, long KnownNs)
    {
        /// <summary>Who took a message may have told of it before its sender did.</summary>
        public static long FirstNs(in Trip trip) => trip.SentNs > 0 ? trip.SentNs : Math.Max(trip.ArrivedNs, trip.ReturnedNs);

        public bool Reaches(TripBook trips, long number)
        {
            if (number > trips.Last) return false;
            if (!trips.Has(number)) return true;
            var sent = FirstNs(trips[number]);
            return sent <= SoonNs || sent > KnownNs;
        }
    }

    private static byte[] Pack(TripBook trips, List<long> numbers, CallTold[] calls, IReadOnlyDictionary<string, double> errorsMs, bool whole, long nowNs, long skipped)
    {
        var names = new Names();
        var known = numbers.FindAll(n => names.Take(trips[n].Leader) & names.Take(trips[n].Follower));
        var knownCalls = Array.FindAll(calls, c => names.Take(c.From) & names.Take(c.To) & names.Take(c.Name));
        var output = new FrameWriter(64 + known.Count * 80 + knownCalls.Length * 60);
        output.Byte(whole ? (byte)1 : (byte)0);
        output.Double(nowNs / NsPerMs);
        output.UInt((uint)Math.Min(skipped, uint.MaxValue));
        output.Byte((byte)names.All.Count);
        foreach (var name in names.All)
        {
            output.Text(name);
            output.Float(errorsMs.TryGetValue(name, out var error) ? (float)error : float.NaN);
        }

        output.UInt((uint)known.Count);
        foreach (var number in known) Trip(output, trips[number], names);
        output.UInt((uint)knownCalls.Length);
        foreach (var call in knownCalls) Call(output, call, names);
        return output.Bytes;
    }

    private static void Trip(FrameWriter output, in Trip t, Names names)
    {
        output.Double(t.Number);
        output.Byte(names.Of(t.Leader));
        output.Byte(names.Of(t.Follower));
        output.Byte((byte)Math.Min(t.Attempt, byte.MaxValue));
        output.Byte(t.Outcome switch { null => 0, DeliveryOutcome.Applied => 1, DeliveryOutcome.Superseded => 2, DeliveryOutcome.Duplicate => 3, _ => 4 });
        output.Byte((byte)Math.Clamp(t.Required, 0, byte.MaxValue));
        output.UInt((uint)t.Facts);
        output.Float(t.DelayMs);
        output.Double(t.SentNs / NsPerMs);
        output.Double(t.ArrivedNs / NsPerMs);
        output.Double(t.ReturnedNs / NsPerMs);
        output.Double(t.Version.Epoch);
        output.Double(t.Version.Counter);
        output.Text(t.Key);
    }

    private static void Call(FrameWriter output, in CallTold c, Names names)
    {
        output.Double(c.Id);
        output.Byte(names.Of(c.From));
        output.Byte(names.Of(c.To));
        output.Byte(names.Of(c.Name));
        output.Byte((byte)((c.Answered ? 1 : 0) | (c.ForeignClock ? 2 : 0) | (c.Read is null ? 0 : 4) | (c.Read is { Stale: true } ? 8 : 0) | (c.Read is { Open: true } ? 16 : 0)));
        output.Double(c.SentNs / NsPerMs);
        output.Double(c.ArrivedNs / NsPerMs);
        output.Double(c.AnsweredNs / NsPerMs);
        output.Double(c.Read?.Epoch ?? 0);
        output.Double(c.Read?.Version ?? 0);
        output.Text(c.Read?.Key ?? "");
    }

    /// <summary>What a frame names, by one byte each.</summary>
    private sealed class Names
    {
        private readonly Dictionary<string, byte> _numbers = new(StringComparer.Ordinal);
        public List<string> All { get; } = [];

        /// <returns>False where there is no room for one more.</returns>
        public bool Take(string name)
        {
            if (_numbers.ContainsKey(name)) return true;
            if (All.Count == byte.MaxValue) return false;
            _numbers[name] = (byte)All.Count;
            All.Add(name);
            return true;
        }

        public byte Of(string name) => _numbers[name];
    }
}
