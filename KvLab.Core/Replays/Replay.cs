using KvLab.Core.Events;
using KvLab.Core.Observation.Snapshots;
using KvLab.Core.Observation.Traffic;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Replays;

/// <summary>
/// A recording, opened at one place of it: what the observer knew there, and the messages that were under way. Of a message both ends are shown, although the observer learnt of its
/// arrival a little later: a second playhead reads that much ahead. Not safe for concurrent use.
/// </summary>
public sealed class Replay(IRecordedStream stream)
{
    /// <summary>What is told of messages within this time after the moment that is shown is known there: reports of nodes come by then.</summary>
    public const long AheadMs = 1_500;

    private readonly Playhead _head = new(stream);
    private readonly Playhead _ahead = new(stream, lists: false);

    /// <summary>A place that was jumped to: whoever follows the messages begins anew there.</summary>
    private long _jumps;

    public ReplayPlace Place => _head.Place;

    /// <summary>When the observer was told what it was told last.</summary>
    public ObserverTime At => _head.At;

    /// <summary>All that the page shows, as of this place; making it changes nothing.</summary>
    public ClusterSnapshot Look() => _head.State.Look();

    public void GoTo(ReplayPlace place)
    {
        // Loading a state is most of what it costs, and two cores can load two.
        var (head, ahead) = (false, false);
        Both.Do(() => head = _head.GoTo(place), () => ahead = _ahead.GoTo(AheadOf(TimeOf(place))));
        if (_ahead.GoTo(AheadOf(At.Ms)) || ahead || head) _jumps++;
    }

    /// <summary>When what lies before a place was told last.</summary>
    private long TimeOf(ReplayPlace place)
    {
        var last = place.Events > 0 ? place.Elements : Math.Min(place.Elements, stream.Elements) - 1;
        if (last < 0) return stream.First?.Ms ?? 0;
        foreach (var element in stream.From(last)) return element.At.Ms;
        return stream.Last?.Ms ?? 0;
    }

    private ReplayPlace AheadOf(long ms) => new(stream.After(ms + AheadMs));

    /// <summary>To the last place that is not later than this.</summary>
    public void GoTo(long ms) => GoTo(new ReplayPlace(stream.After(ms)));

    /// <summary>Tells one more event.</summary>
    /// <returns>Null at the end.</returns>
    public NodeEvent? Step()
    {
        var told = _head.Step();
        if (_ahead.GoTo(AheadOf(At.Ms))) _jumps++;
        return told;
    }

    /// <summary>The place before the last event that was told; the beginning where none was.</summary>
    public ReplayPlace BeforeLastEvent()
    {
        if (Place.Events > 0) return Place with { Events = Place.Events - 1 };
        for (var look = 64L; ; look *= 4)
        {
            var from = Math.Max(0, Place.Elements - look);
            ReplayPlace? last = null;
            foreach (var (element, number) in stream.From(from).Take((int)(Place.Elements - from)).Select((element, i) => (element, from + i)))
                if (element.What is EventsReceived { Batch.Events.Length: > 0 and var events }) last = new ReplayPlace(number, events - 1);
            if (last is { } found) return found;
            if (from == 0) return ReplayPlace.Beginning;
        }
    }

    public TrafficCopy CopyTraffic() => _ahead.State.CopyTraffic();

    /// <summary>What is new of messages for one viewer, as of this place; null where nothing is.</summary>
    public byte[]? NextTraffic(TrafficCursor cursor)
    {
        cursor.BeginAt(_jumps);
        return _ahead.State.NextTraffic(cursor, At.Ms * 1_000_000, (At.Ms + AheadMs) * 1_000_000);
    }
}
