using System.Buffers;
using KvLab.Core.Analysis;
using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;

namespace KvLab.Core.Replays;

/// <summary>A reducer that can be taken to any place of a recording: onwards by what was told there, back by the state that was kept last before it. Not safe for concurrent use.</summary>
/// <param name="lists">Whether anybody looks at its list of events.</param>
internal sealed class Playhead(IRecordedStream stream, bool lists = true)
{
    /// <summary>So many elements ahead it is as quick to go on as to load a state: of a busy lab an element is a batch of some hundred events.</summary>
    private const int WorthLooking = 40;

    /// <summary>A kept state has no events: at least so many before it are listed. What is older is in the recording, and the list says that it begins later.</summary>
    private const int LogEvents = 2_000;

    /// <summary>States are read into the same room again and again: each is too large to be forgotten cheaply.</summary>
    private readonly ArrayBufferWriter<byte> _room = new();

    private IEnumerator<Observed>? _following;

    // Invariant: the element of number Place.Elements, of which Place.Events events were told; null where that was not read yet.
    private Observed? _next;

    public ReplayPlace Place { get; private set; } = ReplayPlace.Beginning;

    /// <summary>When what was told last was told; the recording's beginning before that.</summary>
    public ObserverTime At => stream.First is { } first && State.Now.Ms < first.Ms ? first : State.Now;

    public ClusterReducer State { get; private set; } = Begin(stream);

    /// <summary>The state before the first element: nothing, or what was known when the recording began in the middle of a run.</summary>
    public static ClusterReducer Begin(IRecordedStream stream) =>
        stream.StateBefore(0) is { } kept ? Read(kept, new ArrayBufferWriter<byte>()) : new ClusterReducer(OrderStatistics.PredictedMeanMs);

    private static ClusterReducer Read(RecordedState kept, ArrayBufferWriter<byte> room)
    {
        room.ResetWrittenCount();
        kept.Read(room);
        return ClusterReducer.Load(room.WrittenSpan, OrderStatistics.PredictedMeanMs);
    }

    /// <summary>Goes to a place; to the end where the recording has no such place.</summary>
    /// <returns>Whether a state was loaded, which has not seen what lies between.</returns>
    public bool GoTo(ReplayPlace place)
    {
        var jumped = (place < Place || place.Elements - Place.Elements > WorthLooking) && Jump(place);
        GoOn(place);
        return jumped;
    }

    /// <summary>Goes on to a place and is told all that lies before it: a state that is kept further on does not know all messages.</summary>
    public void GoOn(ReplayPlace place)
    {
        while (Place.Elements < place.Elements && TellRest())
        {
        }

        if (Place.Elements == place.Elements && place.Events > Place.Events) TellEvents(place.Events - Place.Events);
    }

    /// <summary>Tells the next event, and whatever stands before it that is no event.</summary>
    /// <returns>Null at the end.</returns>
    public NodeEvent? Step()
    {
        while (Peek() is { } next)
        {
            if (next.What is EventsReceived { Batch.Events: var events } && Place.Events < events.Length)
            {
                var told = events[Place.Events];
                TellEvents(1);
                return told;
            }

            TellRest();
        }

        return null;
    }

    private bool Jump(ReplayPlace place)
    {
        var kept = stream.StateBefore(place.Elements);
        // What is ahead and nearer than any kept state is reached by going on.
        if (place >= Place && (kept is null || kept.Element <= Place.Elements)) return false;
        Close();
        State = kept is null or { Element: 0 } ? Begin(stream) : Load(kept);
        Place = new ReplayPlace(kept?.Element ?? 0);
        return true;
    }

    private ClusterReducer Load(RecordedState kept)
    {
        var reducer = Read(kept, _room);
        if (!lists) return reducer;
        var from = stream.Back(kept.Element, LogEvents);
        reducer.FillLog(stream.From(from).Take((int)(kept.Element - from)).Select(o => o.What).OfType<EventsReceived>().Select(Packed));
        return reducer;
    }

    private static ReadOnlyMemory<byte> Packed(EventsReceived received)
    {
        if (!received.Packed.IsEmpty) return received.Packed;
        var output = new ArrayBufferWriter<byte>(64 * received.Batch.Events.Length);
        EventCodec.Write(output, received.Batch);
        return output.WrittenMemory;
    }

    private Observed? Peek()
    {
        if (_next is not null) return _next;
        _following ??= stream.From(Place.Elements).GetEnumerator();
        if (_following.MoveNext()) return _next = _following.Current;
        // A recording that goes on has more the next time.
        Close();
        return null;
    }

    /// <summary>Tells what is left of the next element.</summary>
    /// <returns>False at the end.</returns>
    private bool TellRest()
    {
        if (Peek() is not { } next) return false;
        State.Apply(Place.Events == 0 ? next : Part(next, Place.Events..), shows: false);
        (Place, _next) = (new ReplayPlace(Place.Elements + 1), null);
        return true;
    }

    private void TellEvents(int count)
    {
        if (Peek() is not { What: EventsReceived { Batch.Events: var events } } next) return;
        var last = Math.Min(Place.Events + count, events.Length);
        State.Apply(Part(next, Place.Events..last), shows: false);
        Place = Place with { Events = last };
        if (last == events.Length) (Place, _next) = (new ReplayPlace(Place.Elements + 1), null);
    }

    private static Observed Part(Observed element, Range events) =>
        element.What is EventsReceived received ? element with { What = received with { Batch = received.Batch with { Events = received.Batch.Events[events] }, Packed = default } } : element;

    private void Close()
    {
        _following?.Dispose();
        (_following, _next) = (null, null);
    }
}
