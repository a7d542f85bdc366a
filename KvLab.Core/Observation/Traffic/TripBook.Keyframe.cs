using KvLab.Core.Events;
using KvLab.Core.Keyframes;

namespace KvLab.Core.Observation.Traffic;

// Of messages a keyframe holds those of which more may be told, and the latest others, so that a map has something to show. What happened to older ones is in the recording
// itself. If something is told of an attempt that was left out all the same, it begins anew, as one that was sent before anybody looked.
internal sealed partial class TripBook
{
    /// <summary>Attempts in a keyframe of which both ends are not told yet, the newest.</summary>
    public const int MostOpen = 4096;

    /// <summary>Attempts in a keyframe of which all is told, the newest.</summary>
    public const int MostSettled = 512;

    /// <summary>So many of the newest are looked at, for those of which something may still be told.</summary>
    private const int MostLookedAt = 16_384;

    private const int LeastBytesOfTrip = 10;

    [Flags]
    private enum Told : byte
    {
        None = 0, Sent = 1, Arrived = 2, Returned = 4, SentLamport = 8, ArrivedLamport = 16, ReturnedLamport = 32, Delay = 64, All = 127,
    }

    public void Save(KeyframeWriter writer, ScheduledDelays delays)
    {
        writer.Number(_last);
        writer.Number(Changes);
        writer.Number(ClearedAt);
        var trips = Kept();
        writer.Number(trips.Count);
        var number = _last;
        foreach (var t in trips)
        {
            writer.Number(number - t.Number);
            number = t.Number;
        }

        foreach (var t in trips) writer.Version(t.Version);
        foreach (var t in trips) writer.Text(t.Key);
        foreach (var t in trips) writer.Text(t.Leader);
        foreach (var t in trips) writer.Text(t.Follower);
        foreach (var t in trips) writer.Signed(t.Attempt);
        foreach (var t in trips) writer.Signed(t.Required);
        foreach (var t in trips) writer.Number((long)t.Facts);
        foreach (var t in trips) writer.Byte(t.Outcome is { } outcome ? (byte)(1 + (int)outcome) : (byte)0);
        foreach (var t in trips) writer.Byte((byte)ToldOf(t));
        foreach (var t in trips)
            if (t.DelayMs != 0) delays.Write(writer, t.DelayMs, t.Version, t.Follower, t.Attempt);
        delays.WriteCheck(writer);
        SaveEnds(writer, trips, t => (t.SentNs, t.ArrivedNs, t.ReturnedNs));
        SaveEnds(writer, trips, t => (t.SentLamport, t.ArrivedLamport, t.ReturnedLamport));
    }

    private static Told ToldOf(in Trip t) =>
        (t.SentNs != 0 ? Told.Sent : 0) | (t.ArrivedNs != 0 ? Told.Arrived : 0) | (t.ReturnedNs != 0 ? Told.Returned : 0)
        | (t.SentLamport != 0 ? Told.SentLamport : 0) | (t.ArrivedLamport != 0 ? Told.ArrivedLamport : 0) | (t.ReturnedLamport != 0 ? Told.ReturnedLamport : 0)
        | (t.DelayMs != 0 ? Told.Delay : 0);

    /// <summary>Each as a difference to the end before, and the sending to that of the trip before.</summary>
    private static void SaveEnds(KeyframeWriter writer, List<Trip> trips, Func<Trip, (long Sent, long Arrived, long Returned)> ends)
    {
        var before = 0L;
        foreach (var t in trips)
        {
            var (sent, arrived, returned) = ends(t);
            if (sent != 0) writer.Signed(sent - before);
            if (sent != 0) before = sent;
            var end = before;
            if (arrived != 0) writer.Signed(arrived - end);
            if (arrived != 0) end = arrived;
            if (returned != 0) writer.Signed(returned - end);
        }
    }

    /// <summary>The newest first.</summary>
    private List<Trip> Kept()
    {
        var kept = new List<Trip>();
        var (open, settled) = (0, 0);
        for (var number = _last; number >= First && number > _last - MostLookedAt && (open < MostOpen || settled < MostSettled); number--)
        {
            if (!Has(number)) continue;
            ref var trip = ref this[number];
            if (trip.IsSettled ? settled++ < MostSettled : open++ < MostOpen) kept.Add(trip);
        }

        return kept;
    }

    public void Load(ref KeyframeReader reader, ScheduledDelays delays)
    {
        (_last, Changes, ClearedAt) = (reader.Number(), reader.Number(), reader.Number());
        // Whoever looks at it has seen none of it, whatever it saw of another book.
        _firstChange = Changes;
        var trips = new Trip[reader.Count(MostOpen + MostSettled, LeastBytesOfTrip)];
        var number = _last;
        for (var i = 0; i < trips.Length; i++)
        {
            trips[i].Number = number -= reader.Number();
            if (number < First || (i > 0 && number == trips[i - 1].Number)) throw new FormatException("The keyframe has messages that cannot be remembered.");
        }

        // None is older than these: so far only what is here can be looked for.
        _cleared = trips is [.., { Number: var oldest }] ? oldest - 1 : _last;
        for (var i = 0; i < trips.Length; i++) trips[i].Version = reader.Version();
        for (var i = 0; i < trips.Length; i++) trips[i].Key = reader.Text();
        for (var i = 0; i < trips.Length; i++) trips[i].Leader = reader.Text();
        for (var i = 0; i < trips.Length; i++) trips[i].Follower = reader.Text();
        for (var i = 0; i < trips.Length; i++) trips[i].Attempt = reader.SignedInt();
        for (var i = 0; i < trips.Length; i++) trips[i].Required = reader.SignedInt();
        for (var i = 0; i < trips.Length; i++) trips[i].Facts = (TripFacts)reader.Int((int)TripFacts.All);
        for (var i = 0; i < trips.Length; i++) trips[i].Outcome = reader.Byte(1 + (byte)DeliveryOutcome.Replaced) is > 0 and var outcome ? (DeliveryOutcome)(outcome - 1) : null;
        var told = reader.Many(trips.Length, static (ref r) => (Told)r.Byte((byte)Told.All));
        for (var i = 0; i < trips.Length; i++)
            if (told[i].HasFlag(Told.Delay)) trips[i].DelayMs = delays.Read(ref reader, trips[i].Version, trips[i].Follower, trips[i].Attempt);
        delays.ReadCheck(ref reader);
        LoadEnds(ref reader, trips, told);
        _numbers.EnsureCapacity(trips.Length);
        for (var i = trips.Length - 1; i >= 0; i--) Put(trips[i]);
    }

    private static void LoadEnds(ref KeyframeReader reader, Trip[] trips, Told[] told)
    {
        var before = 0L;
        for (var i = 0; i < trips.Length; i++)
        {
            if (told[i].HasFlag(Told.Sent)) trips[i].SentNs = before = unchecked(before + reader.Signed());
            var end = before;
            if (told[i].HasFlag(Told.Arrived)) trips[i].ArrivedNs = end = unchecked(end + reader.Signed());
            if (told[i].HasFlag(Told.Returned)) trips[i].ReturnedNs = unchecked(end + reader.Signed());
        }

        before = 0;
        for (var i = 0; i < trips.Length; i++)
        {
            if (told[i].HasFlag(Told.SentLamport)) trips[i].SentLamport = before = unchecked(before + reader.Signed());
            var end = before;
            if (told[i].HasFlag(Told.ArrivedLamport)) trips[i].ArrivedLamport = end = unchecked(end + reader.Signed());
            if (told[i].HasFlag(Told.ReturnedLamport)) trips[i].ReturnedLamport = unchecked(end + reader.Signed());
        }
    }
}
