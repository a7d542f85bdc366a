using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Replication;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Traffic;

/// <summary>Puts the ends of messages together: what leaders tell of sending and of answers, what followers tell of arrivals, in whatever order their reports come.</summary>
internal sealed partial class TrafficBook
{
    /// <summary>So many attempts are remembered.</summary>
    public const int Capacity = 1 << 16;

    private static readonly string Refused = EnumNames.NameOf(DeliveryReason.Refused);
    private static readonly string TimedOut = EnumNames.NameOf(DeliveryReason.Timeout);
    private static readonly string Overflow = EnumNames.NameOf(DeliveryReason.Overflow);
    private static readonly string Success = EnumNames.NameOf(WriteStatus.Success);
    private static readonly string QuorumReached = EnumNames.NameOf(AnswerReason.QuorumReached);

    public const string ReadCall = "read";

    private readonly TripBook _trips = new(Capacity);

    // By writes whose clients wait: the trip of the latest ack, which is the deciding one if the answer is next.
    private readonly Dictionary<EntryVersion, long> _latestAcks = [];

    // By number and node: reads whose answers travel.
    private readonly Dictionary<(long Read, string Node), long> _openReads = [];

    // Of all trips that ever were here: those that had reached their follower, or come back from it.
    private long _answers;

    public TripBook Trips => _trips;

    /// <summary>Messages between nodes since this observer began, whether they are remembered or not: requests, their answers, and calls. It never falls.</summary>
    public long Messages => _trips.Last + _answers + Calls.Last;

    public CallBook Calls { get; } = new();

    /// <summary>Apart from the calls of nodes: clients read by the thousand.</summary>
    public CallBook Reads { get; } = new();

    public WriteBook Writes { get; } = new();

    /// <summary>Whoever asked tells of both ends.</summary>
    /// <param name="arrivedNs">0 where nothing is known of it.</param>
    public void Call(string node, NodeEvent e, long ns, long arrivedNs, bool foreign)
    {
        if (e.Peer is null || e.Reason is null) return;
        Calls.Add(new CallTold(0, 0, node, e.Peer, e.Reason, e.Outcome != DeliveryOutcome.Failed, ns - (long)((e.ElapsedMs ?? 0) * 1_000_000), arrivedNs, ns,
            e.Call?.SentLamport ?? 0, e.Call?.ArrivedLamport, e.Lamport, foreign));
    }

    /// <param name="originNs">When the observer's own time began, on the clock of the reads.</param>
    public void Read(in ReadTold read, long originNs)
    {
        var place = (read.Read, read.Node);
        _openReads.Remove(place, out var id);
        Reads.Add(new CallTold(0, id, ObserverSources.Clients, read.Node, ReadCall, read.Answered,
            Math.Max(1, read.SentNs - originNs), read.Answered ? Math.Max(1, read.AnsweredNs - originNs) : 0, Math.Max(1, read.EndedNs - originNs), null, null, null, ForeignClock: false)
        { Read = read });
        if (!read.Open) return;
        // Of those that never end, because their client was cut off.
        if (_openReads.Count >= CallBook.Capacity) _openReads.Clear();
        _openReads[place] = Reads.Last;
    }

    /// <param name="ns">When it happened, on the observer's clock.</param>
    /// <param name="foreign">The node reads another clock, and by how much it differs is not known.</param>
    public void Take(string node, NodeEvent e, long ns, bool foreign)
    {
        switch (e.Kind)
        {
            case EventKind.WriteAccepted when e.Key is not null: Writes.Accept(node, e.Key, e.EntryVersion, ns, e.Lamport); break;
            case EventKind.ReplicationStarted: SendToAll(node, e, ns, foreign); break;
            case EventKind.DeliveryRetried when e.Peer is not null: Send(node, e.Peer, e.Attempt ?? 1, (float)(e.DelayMs ?? 0), e, ns, foreign); break;
            case EventKind.EntryApplied:
            case EventKind.EntryRefused:
            case EventKind.EntryDuplicate:
            case EventKind.MessageFenced:
                if (e.Peer is not null && e.Attempt is > 0) Arrive(node, e, ns, foreign);
                break;
            case EventKind.DeliveryAcked: Return(node, e, ns, foreign); break;
            case EventKind.DeliveryFailed: Fail(node, e, ns); break;
            case EventKind.DeliveryAbandoned when e.Attempt is null or 0: GiveUpLatest(e); break;
            case EventKind.MessageLost: Lose(e); break;
            case EventKind.WriteAnswered:
                Writes.Answer(e.EntryVersion, ns, e.Lamport, e.Required ?? 0, e.Acks ?? 0, e.Reason == Success ? WriteStatus.Success : WriteStatus.PartialSuccess);
                Decide(e);
                break;
            default: break;
        }
    }

    private void SendToAll(string leader, NodeEvent e, long ns, bool foreign)
    {
        if (e.Peers is not { } peers) return;
        for (var i = 0; i < peers.Length; i++) Send(leader, peers[i], 1, e.DelaysMs is { } delays && i < delays.Length ? (float)delays[i] : 0, e, ns, foreign);
    }

    private void Send(string leader, string follower, int attempt, float delayMs, NodeEvent e, long ns, bool foreign)
    {
        ref var trip = ref At(leader, follower, attempt, e, foreign);
        (trip.SentNs, trip.SentLamport, trip.DelayMs) = (ns, e.Lamport, delayMs);
        trip.Facts &= ~TripFacts.Unsent;
        if (e.LeaderCounted) trip.Facts |= TripFacts.LeaderCounted;
        trip.Required = e.Required ?? 0;
        _trips.Touch(trip.Number);
    }

    private void Arrive(string follower, NodeEvent e, long ns, bool foreign)
    {
        ref var trip = ref At(e.Peer!, follower, e.Attempt!.Value, e, foreign);
        if (trip.Is(TripFacts.Arrived))
        {
            Copy(trip, e, ns);
            return;
        }

        CountAnswer(trip);
        (trip.ArrivedNs, trip.ArrivedLamport, trip.Outcome) = (ns, e.Lamport, OutcomeOf(e));
        trip.Facts |= TripFacts.Arrived;
        _trips.Touch(trip.Number);
    }

    /// <summary>The network duplicated it, or a connection was lost and it was sent again.</summary>
    private void Copy(in Trip original, NodeEvent e, long ns)
    {
        _answers++;
        _trips.Add(CopyOf(original, e, ns));
    }

    private static Trip CopyOf(in Trip original, NodeEvent e, long ns) => original with
    {
        ArrivedNs = ns,
        ArrivedLamport = e.Lamport,
        ReturnedNs = 0,
        ReturnedLamport = 0,
        Outcome = OutcomeOf(e),
        Facts = TripFacts.Copy | TripFacts.Arrived | (original.Facts & (TripFacts.Unsent | TripFacts.ForeignClock)),
    };

    /// <summary>Before it is noted that the trip arrived, or came back: whichever is told first.</summary>
    private void CountAnswer(in Trip trip)
    {
        if (!trip.Is(TripFacts.Arrived | TripFacts.Returned)) _answers++;
    }

    private static DeliveryOutcome OutcomeOf(NodeEvent e) => e.Kind switch
    {
        EventKind.EntryApplied => DeliveryOutcome.Applied,
        EventKind.EntryRefused => DeliveryOutcome.Superseded,
        EventKind.EntryDuplicate => DeliveryOutcome.Duplicate,
        _ => DeliveryOutcome.Failed,
    };

    private void Return(string leader, NodeEvent e, long ns, bool foreign)
    {
        if (e.Peer is null) return;
        ref var trip = ref At(leader, e.Peer, e.Attempt ?? 1, e, foreign);
        CountAnswer(trip);
        (trip.ReturnedNs, trip.ReturnedLamport) = (ns, e.Lamport);
        trip.Facts |= TripFacts.Returned | (e.Late ? TripFacts.Late : 0);
        _trips.Touch(trip.Number);
        if (e.Late) return;
        // Of writes whose answer a dead leader never told; more than these have no trip here any more.
        if (_latestAcks.Count >= Capacity) _latestAcks.Clear();
        _latestAcks[e.EntryVersion] = trip.Number;
    }

    private void Fail(string leader, NodeEvent e, long ns)
    {
        if (e.Peer is null) return;
        if (e.Attempt is null or 0)
        {
            // It was named among those to whom it goes, and never left.
            if (e.Reason == Overflow) Mark(new TripId(e.EntryVersion, e.Peer, 1), TripFacts.Refused);
            else GiveUpLatest(e);
            return;
        }

        var number = _trips.Find(new TripId(e.EntryVersion, e.Peer, e.Attempt.Value));
        if (number == 0) return;
        ref var trip = ref _trips[number];
        if (e.Reason == Refused) trip.Facts |= TripFacts.Refused;
        else if (e.Reason == TimedOut) trip.Facts |= TripFacts.GivenUp;
        else
        {
            CountAnswer(trip);
            (trip.ReturnedNs, trip.ReturnedLamport) = (ns, e.Lamport);
            trip.Facts |= TripFacts.Returned | TripFacts.Failed | (e.Late ? TripFacts.Late : 0);
        }

        _trips.Touch(number);
    }

    /// <summary>A delivery ended between two attempts or in the middle of one.</summary>
    private void GiveUpLatest(NodeEvent e)
    {
        if (e.Peer is null) return;
        long latest = 0;
        for (var attempt = 1; _trips.Find(new TripId(e.EntryVersion, e.Peer, attempt)) is > 0 and var number; attempt++) latest = number;
        if (latest > 0 && !_trips[latest].IsOver) Mark(_trips[latest].Id, TripFacts.GivenUp);
    }

    private void Lose(NodeEvent e)
    {
        if (e.Peer is null || e.Attempt is not > 0) return;
        Mark(new TripId(e.EntryVersion, e.Peer, e.Attempt.Value),
            e.Reason == Refused ? TripFacts.Refused : e.Outcome == DeliveryOutcome.Applied ? TripFacts.AnswerLost : TripFacts.RequestLost);
    }

    private void Decide(NodeEvent e)
    {
        if (!_latestAcks.Remove(e.EntryVersion, out var number) || e.Reason != Success || e.Detail != QuorumReached || !_trips.Has(number)) return;
        _trips[number].Facts |= TripFacts.Decided;
        _trips.Touch(number);
    }

    private void Mark(in TripId id, TripFacts fact)
    {
        var number = _trips.Find(id);
        if (number == 0) return;
        _trips[number].Facts |= fact;
        _trips.Touch(number);
    }

    /// <summary>The process that sent them is no more: nobody waits for what is still under way.</summary>
    public void EndedLeader(string leader)
    {
        Writes.EndedLeader(leader);
        for (var number = _trips.First; number <= _trips.Last; number++)
        {
            if (!_trips.Has(number)) continue;
            ref var trip = ref _trips[number];
            if (trip.Leader != leader || trip.IsOver || trip.Is(TripFacts.GivenUp)) continue;
            trip.Facts |= TripFacts.GivenUp;
            _trips.Touch(number);
        }
    }

    public void Clear()
    {
        _trips.Clear();
        _latestAcks.Clear();
        Calls.Clear();
        Reads.Clear();
        Writes.Clear();
        _openReads.Clear();
    }

    /// <summary>Where it is not known yet, its other end is told first.</summary>
    private ref Trip At(string leader, string follower, int attempt, NodeEvent e, bool foreign)
    {
        var number = _trips.Find(new TripId(e.EntryVersion, follower, attempt));
        if (number == 0)
        {
            number = _trips.Add(new Trip { Key = e.Key ?? "", Version = e.EntryVersion, Leader = leader, Follower = follower, Attempt = attempt, Facts = TripFacts.Unsent }).Number;
        }

        ref var trip = ref _trips[number];
        if (foreign) trip.Facts |= TripFacts.ForeignClock;
        return ref trip;
    }
}
