using KvLab.Core.Configuration;
using KvLab.Core.Events;
using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.Members;

/// <summary>What other replicas ask; the other end of <see cref="IReplicaTransport"/> and <see cref="IPeerCalls"/>.</summary>
public sealed partial class Replica
{
    /// <summary>Takes one replicated entry. A leader that gets one from a newer reign follows from here on; from any other reign it refuses it.</summary>
    public async ValueTask<ReplicateAnswer> ReceiveAsync(ReplicateMessage message, CancellationToken cancellation = default)
    {
        if (_role.Leader is { } leader)
        {
            if (message.Reign <= leader.Epoch)
                return new ReplicateAnswer(ReplicateOutcome.Fenced, EntryVersion.None, leader.Epoch, _events.Lamport.Time, NodeId);
            await StepDownAsync(message.Reign);
        }

        return await (_role.Follower ?? throw new InvalidOperationException($"{NodeId} has just begun a newer epoch.")).ReceiveAsync(message, cancellation);
    }

    /// <summary>Takes what one leader sent together; see <see cref="Follower.ReceiveManyAsync"/>.</summary>
    public async ValueTask<ReplicateAnswer[]> ReceiveManyAsync(IReadOnlyList<ReplicateMessage> messages, CancellationToken cancellation = default)
    {
        if (_role.Follower is { } follower) return await follower.ReceiveManyAsync(messages, cancellation);
        var answers = new ReplicateAnswer[messages.Count];
        for (var i = 0; i < answers.Length; i++) answers[i] = await ReceiveAsync(messages[i], cancellation);
        return answers;
    }

    public async Task<PeerState> StateAsync() => new(
        NodeId, _events.Incarnation, _role.Leader is { HasBegun: true }, await HighestAsync(), _unconfirmed.Count, Remembers, _role.Leader?.SmallestQuorum ?? _smallestQuorum);

    /// <returns>False when a newer leadership is known here than the one that wants it noted.</returns>
    public bool Note(LeaderNote note)
    {
        if (_role.Follower is not { } follower || !follower.Accepts(note.Epoch, note.Leadership)) return false;
        _smallestQuorum = note.SmallestQuorum;
        if (note.HasEverything) Remembers = true;
        return true;
    }

    public async Task<SealAnswer> SealAsync(long epoch, long leadership = LeadershipId.Unnamed)
    {
        if (_role.Leader is { } leader)
        {
            if (leader.Epoch >= epoch) return new SealAnswer(false, leader.LastVersion);
            await StepDownAsync(epoch);
            var kept = _role.Follower is { } replaced && replaced.Accepts(epoch, leadership);
            if (kept) await _role.Follower!.KeepEpochAsync();
            return new SealAnswer(kept, await HighestAsync());
        }

        var accepted = _role.Follower is { } follower && await follower.SealAsync(epoch, leadership);
        return new SealAnswer(accepted, await HighestAsync());
    }

    public async Task<ReplicaDump> DumpAsync(CancellationToken cancellation = default)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        await foreach (var entry in Store.SnapshotAsync(cancellation)) entries[entry.Key] = entry;
        return new ReplicaDump(NodeId, entries, await HighestAsync());
    }

    public async Task<ulong[]> DigestAsync(CancellationToken cancellation = default) => (await ReplicaDigest.OfAsync(Store, cancellation)).Top();

    public async Task<ulong[]> LeavesAsync(IReadOnlyList<int> branches, CancellationToken cancellation = default) =>
        (await ReplicaDigest.OfAsync(Store, cancellation)).LeavesOf(branches);

    public async Task<IReadOnlyDictionary<string, EntryVersion>> VersionsAsync(IReadOnlyList<int> leaves, CancellationToken cancellation = default)
    {
        var wanted = leaves.ToHashSet();
        var versions = new Dictionary<string, EntryVersion>(StringComparer.Ordinal);
        await foreach (var entry in Store.SnapshotAsync(cancellation))
            if (wanted.Contains(ReplicaDigest.LeafOf(entry.Key))) versions[entry.Key] = entry.Version;
        return versions;
    }

    public async Task<IReadOnlyList<Entry>> EntriesAsync(IReadOnlyList<string> keys, CancellationToken cancellation = default)
    {
        var entries = new List<Entry>(keys.Count);
        foreach (var key in keys)
            if (await Store.GetAsync(key, cancellation) is { } entry) entries.Add(entry);
        return entries;
    }

    public IReadOnlyDictionary<string, EntryVersion> Unconfirmed() => _unconfirmed.ToDictionary(e => e.Key, e => e.Value.Version, StringComparer.Ordinal);

    /// <summary>Takes back what the new leader does not know. A write that was overwritten meanwhile is gone already, and told all the same.</summary>
    /// <returns>False when a newer reign has been seen than the one that decides.</returns>
    public async Task<bool> DecideAsync(long epoch, IReadOnlyList<RollBack> rollBacks)
    {
        if (_role.Follower is not { } follower || !follower.AdvanceEpoch(epoch)) return false;
        var open = _unconfirmed;
        foreach (var (key, version, instead) in rollBacks)
        {
            if (!open.TryGetValue(key, out var own) || own.Version != version) continue;
            var taken = await Store.RollBackAsync(key, version, instead);
            var held = taken ? instead?.Version ?? EntryVersion.None : (await Store.GetAsync(key))?.Version ?? EntryVersion.None;
            _events.Record(EventKind.EntryRolledBack, key, version, own.Value.Preview(), held: held, reason: EnumNames.NameOf(taken ? RollBackReason.TakenBack : RollBackReason.Overwritten),
                detail: $"The leader of epoch {epoch} does not know {version} of {key}.");
        }

        _unconfirmed = new Dictionary<string, Entry>();
        return true;
    }

    /// <summary>Removes what a reset removed everywhere else and this follower did not hear of, or was sent too late.</summary>
    /// <returns>False when another leadership has been seen than the one that asks.</returns>
    public async Task<bool> RemoveAsync(long epoch, long leadership, IReadOnlyDictionary<string, EntryVersion> versions)
    {
        if (_role.Follower is not { } follower || !follower.Accepts(epoch, leadership)) return false;
        foreach (var (key, version) in versions)
            if (await Store.RollBackAsync(key, version, instead: null)) _events.Record(EventKind.EntryRemoved, key, version);
        return true;
    }
}
