using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Network;

/// <summary>Who a replica is and how far it has come.</summary>
/// <param name="Incarnation">Another one than before: its process is new, and with it a memory that is lost with the process.</param>
/// <param name="Leads">Whether it accepts writes, or did until now: one that is still asking others before it begins does not lead.</param>
/// <param name="Highest">The highest epoch and the highest counter that it has ever seen.</param>
/// <param name="Unconfirmed">Entries of a reign of its own that was ended: whether they stay is the new leader's decision.</param>
/// <param name="Remembers">It holds all that it ever confirmed. False after it began empty, until a leader has brought it up to date.</param>
/// <param name="SmallestQuorum">The fewest followers that a success needed, as the leader told it last; null where none did.</param>
public sealed record PeerState(
    string Node, string Incarnation, bool Leads, EntryVersion Highest, int Unconfirmed, bool Remembers = true, int? SmallestQuorum = null);

/// <summary>What a leader has a follower remember, for the day when somebody else is to lead.</summary>
/// <param name="HasEverything">The follower holds all that the leader held when it was compared.</param>
/// <param name="SmallestQuorum">The fewest followers that a success needed, among writes that may not be on all nodes.</param>
public sealed record LeaderNote(long Epoch, long Leadership, bool HasEverything, int SmallestQuorum);

/// <param name="Accepted">From now on it refuses leaders of any older epoch. False: it has seen this epoch or a newer one.</param>
/// <param name="Highest">What it has seen, the new epoch included.</param>
public sealed record SealAnswer(bool Accepted, EntryVersion Highest);

/// <summary>One write that a replica shall take back.</summary>
/// <param name="Instead">What the leader holds for the key; null where it holds nothing.</param>
public sealed record RollBack(string Key, EntryVersion Version, Entry? Instead);

/// <summary>
/// What replicas ask each other beside replication. Knows nothing of delays and faults, like <see cref="IReplicaTransport"/>: whoever calls goes through
/// <see cref="SimulatedNetwork"/>.
/// </summary>
/// <remarks>Every call throws <see cref="TransportException"/> when the peer does not answer: whether it took effect is not known then.</remarks>
public interface IPeerCalls
{
    /// <summary>The same calls; the one that is made carries the trace and notes in it when it arrived.</summary>
    IPeerCalls Traced(CallTrace trace);

    Task<PeerState> StateAsync(Peer peer, CancellationToken cancellation);

    /// <summary>Has the peer refuse leaders of an epoch below <paramref name="epoch"/>, and of this one any other leadership; a leader steps down.</summary>
    /// <param name="leadership">Who is to lead in it; see <see cref="LeadershipId"/>.</param>
    Task<SealAnswer> SealAsync(Peer peer, long epoch, long leadership, CancellationToken cancellation);

    /// <summary>Has the peer remember what a later leader will ask it. A peer that knows a newer leadership takes no note.</summary>
    Task NoteAsync(Peer peer, LeaderNote note, CancellationToken cancellation);

    /// <summary>Everything that it holds.</summary>
    Task<ReplicaDump> DumpAsync(Peer peer, CancellationToken cancellation);

    /// <summary>The hashes of its digest's branches.</summary>
    Task<ulong[]> DigestAsync(Peer peer, CancellationToken cancellation);

    /// <summary>The hashes of some branches' leaves, branch after branch; all at once, for the peer looks at its whole store to answer.</summary>
    Task<ulong[]> LeavesAsync(Peer peer, IReadOnlyList<int> branches, CancellationToken cancellation);

    /// <summary>Key and version of every entry in some leaves.</summary>
    Task<IReadOnlyDictionary<string, EntryVersion>> VersionsAsync(Peer peer, IReadOnlyList<int> leaves, CancellationToken cancellation);

    /// <summary>The entries of some keys, as far as it holds them.</summary>
    Task<IReadOnlyList<Entry>> EntriesAsync(Peer peer, IReadOnlyList<string> keys, CancellationToken cancellation);

    /// <summary>Entries of a reign of its own that was ended and that nobody has decided on; see <see cref="PeerState.Unconfirmed"/>.</summary>
    Task<IReadOnlyDictionary<string, EntryVersion>> UnconfirmedAsync(Peer peer, CancellationToken cancellation);

    /// <summary>Decides on all of them: those named are taken back, the others stay.</summary>
    Task DecideAsync(Peer peer, long epoch, IReadOnlyList<RollBack> rollBacks, CancellationToken cancellation);

    /// <summary>Has the peer remove entries that a reset removed everywhere else, each only where it still holds exactly that version.</summary>
    /// <param name="versions">By key.</param>
    Task RemoveAsync(Peer peer, long epoch, long leadership, IReadOnlyDictionary<string, EntryVersion> versions, CancellationToken cancellation);
}
