using KvLab.Core.Events;
using KvLab.Core.Versioning;

namespace KvLab.Core.Observation.Traffic;

/// <summary>Which attempt to bring which write to which follower.</summary>
internal readonly record struct TripId(EntryVersion Version, string Follower, int Attempt);

[Flags]
internal enum TripFacts : ushort
{
    None = 0,
    /// <summary>The follower told of its arrival.</summary>
    Arrived = 1,
    /// <summary>The leader has the answer.</summary>
    Returned = 1 << 1,
    /// <summary>A fault took the request away.</summary>
    RequestLost = 1 << 2,
    /// <summary>A fault took the answer away.</summary>
    AnswerLost = 1 << 3,
    /// <summary>It never left: the link refused it, or no process is listening there.</summary>
    Refused = 1 << 4,
    /// <summary>The leader waits for it no more.</summary>
    GivenUp = 1 << 5,
    /// <summary>What came back says that it was not stored.</summary>
    Failed = 1 << 6,
    /// <summary>The answer came after the client had its own.</summary>
    Late = 1 << 7,
    /// <summary>The answer that reached the quorum.</summary>
    Decided = 1 << 8,
    /// <summary>A second copy of a request; nobody waits for its answer.</summary>
    Copy = 1 << 9,
    /// <summary>It was sent before this observer looked: when is not known.</summary>
    Unsent = 1 << 10,
    /// <summary>One of the nodes reads another clock than this observer's, and by how much is not known: times are those at which its report came.</summary>
    ForeignClock = 1 << 11,

    /// <summary>The leader's own copy is one of those that are required.</summary>
    LeaderCounted = 1 << 12,

    All = (1 << 13) - 1,
}

/// <summary>
/// One attempt to bring one write to one follower, with all four ends: the request leaves and arrives, its answer leaves and returns. Times are nanoseconds
/// since the observer began, on its own clock; 0 where nobody has told of it.
/// </summary>
internal struct Trip
{
    /// <summary>1, 2, 3 … in the order in which this observer heard of them.</summary>
    public long Number;
    public string Key;
    public EntryVersion Version;
    public string Leader;
    public string Follower;
    public int Attempt;
    public float DelayMs;

    /// <summary>W, as it was when the write began.</summary>
    public int Required;
    public long SentNs, ArrivedNs, ReturnedNs;
    public long SentLamport, ArrivedLamport, ReturnedLamport;

    /// <summary>What the follower did; null while it has not told.</summary>
    public DeliveryOutcome? Outcome;
    public TripFacts Facts;

    public readonly TripId Id => new(Version, Follower, Attempt);
    public readonly bool Is(TripFacts fact) => (Facts & fact) != 0;

    /// <summary>Both ends are told, or there is no second one: only a copy of it may still come.</summary>
    public readonly bool IsSettled => Is(TripFacts.RequestLost | TripFacts.Refused | TripFacts.Copy) || (Is(TripFacts.Arrived) && Is(TripFacts.Returned | TripFacts.AnswerLost | TripFacts.GivenUp));

    /// <summary>Nothing more is to be expected of it.</summary>
    public readonly bool IsOver => Is(TripFacts.Returned | TripFacts.RequestLost | TripFacts.AnswerLost | TripFacts.Refused | TripFacts.Failed | TripFacts.Copy)
        || (Is(TripFacts.GivenUp) && Is(TripFacts.Arrived));
}
