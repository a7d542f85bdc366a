using KvLab.Core.Events;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Replication;

namespace KvLab.Core.Observation.Timeline;

/// <summary>
/// All lines of the space-time diagram of one observer, by track. Takes in what changed in the observer's books since it looked last, as any viewer of messages does: while nobody looks
/// at a diagram it costs nothing. One that keeps everything is for recordings; otherwise it forgets what the books forget. Not safe for concurrent use.
/// </summary>
public sealed partial class TimelineBook
{
    /// <summary>Where the two lines of an attempt stand, so that they are found when more is told of it.</summary>
    private struct Placed
    {
        public long Number, RequestTime, AnswerTime;
        public Track? Request, Answer;
        public bool Inversion, Arrived;
    }

    private readonly record struct PlacedCall(Track Track, long Time, uint Number, long Told);

    private readonly Dictionary<TrackId, Track> _tracks = [];
    private readonly Dictionary<string, int> _keyNumbers = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];
    private readonly Placed[] _placed = new Placed[TrafficBook.Capacity];
    private readonly InversionBook _inversions = new();
    private readonly Told _calls = new(), _reads = new(), _writes = new();
    private readonly bool _keepAll;
    private long _change = -1;
    private long _oldest = 1;

    /// <summary>What was told of calls, reads or writes, and where it stands.</summary>
    private sealed class Told
    {
        public long Last;
        public readonly Dictionary<long, PlacedCall> Places = [];
        public readonly Queue<(long Told, long Id)> InOrder = new();
    }

    /// <param name="keepAll">For a recording: nothing is forgotten.</param>
    public TimelineBook(TimelineAxis axis, bool keepAll = false) => (Axis, _keepAll) = (axis, keepAll);

    public TimelineAxis Axis { get; }

    internal void Take(TrafficBook book)
    {
        var trips = book.Trips;
        if (_change < trips.FirstChange || _keys.Count > 2 * TrafficBook.Capacity && !_keepAll)
        {
            if (!_keepAll) Forget();
            for (var number = trips.First; number <= trips.Last; number++) Take(trips[number]);
            _change = trips.Changes;
        }
        else
        {
            for (; _change < trips.Changes; _change++)
                if (trips.ChangeAt(_change) is var number && number >= trips.First) Take(trips[number]);
        }

        foreach (var call in book.Calls.After(_calls.Last)) Take(_calls, call, LineKind.Call);
        foreach (var read in book.Reads.After(_reads.Last)) Take(_reads, read, LineKind.Read);
        foreach (var write in book.Writes.After(_writes.Last)) Take(write);
        (_calls.Last, _reads.Last, _writes.Last) = (book.Calls.Last, book.Reads.Last, book.Writes.Last);
        if (_keepAll) return;
        for (; _oldest < trips.First; _oldest++) Drop(_oldest);
        Drop(_calls, book.Calls.First);
        Drop(_reads, book.Reads.First);
        Drop(_writes, book.Writes.First);
    }

    private void Forget()
    {
        _tracks.Clear();
        _keys.Clear();
        _keyNumbers.Clear();
        _inversions.Clear();
        Array.Clear(_placed);
        foreach (var told in (Told[])[_calls, _reads, _writes])
        {
            told.Last = 0;
            told.Places.Clear();
            told.InOrder.Clear();
        }
    }

    private void Take(in Trip trip)
    {
        ref var placed = ref _placed[trip.Number & (_placed.Length - 1)];
        if (placed.Number != trip.Number)
        {
            // What stood here is not told of any more.
            if (placed.Number != 0 && !_keepAll) Drop(placed.Number);
            placed = new Placed { Number = trip.Number };
        }

        if (trip.Is(TripFacts.Arrived) && !placed.Arrived && !trip.Is(TripFacts.Copy))
        {
            placed.Arrived = true;
            foreach (var number in _inversions.Arrive(trip.Follower, trip.Key, trip.Version, trip.ArrivedNs, trip.ArrivedLamport, trip.Number)) Invert(number);
        }

        var row = RequestOf(trip);
        if (placed.Inversion) row.Flags |= LineFlags.Inversion;
        Put(ref placed.Request, ref placed.RequestTime, row, new TrackId(LineKind.Request, trip.Leader, trip.Follower, trip.Version.Epoch));
        if (!trip.Is(TripFacts.Arrived) && !trip.Is(TripFacts.Returned)) return;
        Put(ref placed.Answer, ref placed.AnswerTime, AnswerOf(trip), new TrackId(LineKind.Answer, trip.Follower, trip.Leader, trip.Version.Epoch));
    }

    private void Invert(long number)
    {
        ref var placed = ref _placed[number & (_placed.Length - 1)];
        if (placed.Number != number || placed.Inversion) return;
        placed.Inversion = true;
        if (placed.Request is null || placed.Request.Find(placed.RequestTime, (uint)number) is not (>= 0 and var at)) return;
        var row = placed.Request[at];
        row.Flags |= LineFlags.Inversion;
        placed.Request.Set(at, row);
    }

    private long TimeOf(in LineRow row) => Axis == TimelineAxis.Lamport ? row.AtLamport : row.AtNs;

    private void Put(ref Track? track, ref long time, in LineRow row, TrackId id)
    {
        var at = TimeOf(row);
        if (track is not null)
        {
            var known = track.Find(time, row.Number);
            if (known >= 0 && time == at)
            {
                track.Set(known, row);
                return;
            }

            // Its other end was told first, and it stood there.
            if (known >= 0) track.RemoveAt(known);
        }

        // Nobody told when.
        if (at == 0) return;
        (track, time) = (TrackOf(id), at);
        track.Add(row);
    }

    private Track TrackOf(TrackId id)
    {
        if (!_tracks.TryGetValue(id, out var track)) _tracks[id] = track = new Track(id, Axis);
        return track;
    }

    private int KeyOf(string key)
    {
        if (_keyNumbers.TryGetValue(key, out var number)) return number;
        _keys.Add(key);
        return _keyNumbers[key] = _keys.Count - 1;
    }

    private LineRow RequestOf(in Trip t)
    {
        var unsent = t.Is(TripFacts.Unsent) || t.SentNs == 0;
        var (at, lamport) = unsent ? (t.ArrivedNs, t.ArrivedLamport) : (t.SentNs, t.SentLamport);
        return new LineRow
        {
            AtNs = at,
            AtLamport = (uint)lamport,
            EndNs = t.ArrivedNs,
            EndLamport = t.Is(TripFacts.Arrived) ? (uint)t.ArrivedLamport : 0,
            Number = (uint)t.Number,
            Version = (uint)t.Version.Counter,
            Key = KeyOf(t.Key),
            DelayMs = t.DelayMs,
            Attempt = (byte)Math.Min(t.Attempt, byte.MaxValue),
            Outcome = MessageQuery.RequestOutcome(t),
            Flags = FlagsOf(t) | (unsent ? LineFlags.Unsent : 0),
        };
    }

    private LineRow AnswerOf(in Trip t)
    {
        var unsent = t.ArrivedNs == 0;
        return new LineRow
        {
            AtNs = unsent ? t.ReturnedNs : t.ArrivedNs,
            AtLamport = (uint)(unsent ? t.ReturnedLamport : t.ArrivedLamport),
            EndNs = t.ReturnedNs,
            EndLamport = t.Is(TripFacts.Returned) ? (uint)t.ReturnedLamport : 0,
            Number = (uint)t.Number,
            Version = (uint)t.Version.Counter,
            Key = KeyOf(t.Key),
            MovedUs = unsent || t.Is(TripFacts.Unsent) ? 0 : (uint)Math.Clamp((t.SentNs - t.ArrivedNs + 999) / 1000, 0, uint.MaxValue),
            Attempt = (byte)Math.Min(t.Attempt, byte.MaxValue),
            Outcome = MessageQuery.AnswerOutcome(t),
            Flags = FlagsOf(t) | (unsent ? LineFlags.Unsent : 0),
        };
    }

    private static LineFlags FlagsOf(in Trip t) => (t.Is(TripFacts.Copy) ? LineFlags.Copy : 0) | (t.Is(TripFacts.ForeignClock) ? LineFlags.ForeignClock : 0);

    private void Take(Told told, in CallTold c, LineKind kind)
    {
        var over = c.Answered && c.Read is not { Open: true };
        var at = c.SentNs != 0 ? c.SentNs : c.ArrivedNs;
        Put(told, c.Number, c.Id, new TrackId(kind, c.From, c.To, c.Read?.Epoch ?? 0), new LineRow
        {
            AtNs = at,
            AtLamport = (uint)(c.SentLamport ?? 0),
            EndNs = over ? c.AnsweredNs : 0,
            EndLamport = over ? (uint)(c.AnsweredLamport ?? 0) : 0,
            Number = (uint)c.Id,
            Version = (uint)(c.Read?.Version ?? 0),
            Key = KeyOf(c.Read?.Key ?? c.Name),
            DelayMs = Math.Max(0, (c.AnsweredNs - at) / 1_000_000f),
            Outcome = c.Read is { Open: true } ? MessageOutcome.UnderWay : c.Answered ? MessageOutcome.Answered : MessageOutcome.GivenUp,
            Flags = (c.ForeignClock ? LineFlags.ForeignClock : 0) | (c.Read is { Stale: true } ? LineFlags.Stale : 0),
        });
    }

    private void Take(in WriteTold w) => Put(_writes, w.Number, w.Id, new TrackId(LineKind.Write, w.Leader, Messages.ObserverSources.Clients, w.Version.Epoch), new LineRow
    {
        AtNs = w.AcceptedNs,
        AtLamport = (uint)w.AcceptedLamport,
        EndNs = w.AnsweredNs,
        EndLamport = (uint)w.AnsweredLamport,
        Number = (uint)w.Id,
        Version = (uint)w.Version.Counter,
        Key = KeyOf(w.Key),
        Acks = (byte)Math.Min(w.Acks, byte.MaxValue),
        Attempt = (byte)Math.Min(w.Required, byte.MaxValue),
        Outcome = w.Ended ? MessageOutcome.GivenUp : w.Status switch { WriteStatus.Success => MessageOutcome.Decided, WriteStatus.PartialSuccess => MessageOutcome.Failed, _ => MessageOutcome.UnderWay },
    });

    private void Put(Told told, long number, long id, TrackId track, in LineRow row)
    {
        if (told.Places.TryGetValue(id, out var known) && known.Track.Find(known.Time, known.Number) is >= 0 and var at)
        {
            if (known.Track.Id == track && known.Time == TimeOf(row)) known.Track.Set(at, row);
            else
            {
                known.Track.RemoveAt(at);
                TrackOf(track).Add(row);
            }
        }
        // Clients have no Lamport clock.
        else if (TimeOf(row) == 0) return;
        else TrackOf(track).Add(row);

        told.Places[id] = new PlacedCall(TrackOf(track), TimeOf(row), row.Number, number);
        told.InOrder.Enqueue((number, id));
    }

    private void Drop(long number)
    {
        ref var placed = ref _placed[number & (_placed.Length - 1)];
        if (placed.Number != number) return;
        if (placed.Request is { } request && request.Find(placed.RequestTime, (uint)number) is >= 0 and var at)
        {
            _inversions.Forget(request.Id.To, _keys[request[at].Key], number);
            Remove(request, at);
        }

        if (placed.Answer is { } answer && answer.Find(placed.AnswerTime, (uint)number) is >= 0 and var there) Remove(answer, there);
        placed = default;
    }

    private void Drop(Told told, long first)
    {
        while (told.InOrder.TryPeek(out var oldest) && oldest.Told < first)
        {
            told.InOrder.Dequeue();
            if (!told.Places.TryGetValue(oldest.Id, out var place) || place.Told != oldest.Told) continue;
            told.Places.Remove(oldest.Id);
            if (place.Track.Find(place.Time, place.Number) is >= 0 and var at) Remove(place.Track, at);
        }
    }

    private void Remove(Track track, int at)
    {
        track.RemoveAt(at);
        if (track.IsEmpty) _tracks.Remove(track.Id);
    }
}
