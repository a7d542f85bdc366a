using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Recovery;

public static class LeaderRecovery
{
    // So many entries of a dump are stored in one step.
    private const int Piece = 1000;

    /// <summary>
    /// Before the first write: takes over what followers and the own store remember, and begins a reign above all of it. Without this a
    /// leader that lost its memory would start again at version 1, every follower would refuse its writes as stale and still
    /// confirm them, and the leader would report full quorums while nothing is stored: the seed's disaster.
    /// </summary>
    /// <param name="epoch">The reign to begin, for which followers were sealed; null for one above all that was seen.</param>
    /// <param name="known">What this node has seen itself, in an earlier role.</param>
    /// <param name="hearing">Who was asked; null where all are in <paramref name="dumps"/>.</param>
    public static async Task RecoverAsync(
        this Leader leader, IReadOnlyList<ReplicaDump> dumps, long? epoch = null, EntryVersion known = default, Hearing? hearing = null, CancellationToken cancellation = default)
    {
        var (store, events) = (leader.Parts.Store, leader.Parts.Events);
        var answered = 0;
        foreach (var dump in dumps)
        {
            if (dump.Entries is null) continue;
            answered++;
            foreach (var piece in dump.Entries.Values.Where(e => e.Version.IsCountable).OrderBy(e => e.Key, StringComparer.Ordinal).Chunk(Piece))
                await store.ApplyManyAsync(piece, ApplyRule.NewerWins, cancellation);
        }

        var seen = dumps.Select(d => d.Highest).Append(known)
            .Concat(dumps.Where(d => d.Entries is not null).SelectMany(d => d.Entries!.Values).Select(e => e.Version))
            .Aggregate(await store.NewestAsync(cancellation), (highest, version) => highest.Having(version));
        var reign = await leader.BeginReignAsync(seen, epoch, hearing?.SmallestQuorum, cancellation);
        var asked = hearing is null ? dumps.Count : leader.Followers.Length;
        // Where no version was ever given, and all say so, nobody can have lost one.
        var isNew = seen.Counter == 0;
        events.Record(EventKind.LeaderRecovered, version: reign, detail: (isNew
            ? $"{answered} of {asked} followers answered; none had anything to recover."
            : $"Recovered {leader.KeysAtStart} keys up to version {seen.Counter} from {answered} of {asked} followers; epoch {reign.Epoch} begins.")
            + (isNew && hearing is { Silent.IsEmpty: true } ? "" : hearing?.Doubt));
        leader.Open();
    }
}
