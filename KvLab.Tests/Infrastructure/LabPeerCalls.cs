using KvLab.Core.Network;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Tests.Infrastructure;

/// <summary>What followers of a <see cref="LabCluster"/> answer; they have never led, so nobody asks them about that.</summary>
internal sealed class LabPeerCalls(LabCluster cluster) : IPeerCalls
{
    public IPeerCalls Traced(CallTrace trace) => this;

    private LabFollower Of(Peer peer) => cluster.Followers.First(f => f.Peer == peer);

    public Task<PeerState> StateAsync(Peer peer, CancellationToken cancellation) => Task.FromResult(new PeerState(peer.Id, "1", false, Of(peer).Node.Highest, 0));

    public async Task<SealAnswer> SealAsync(Peer peer, long epoch, long leadership, CancellationToken cancellation) =>
        new(await Of(peer).Node.SealAsync(epoch, leadership, cancellation), Of(peer).Node.Highest);

    public Task NoteAsync(Peer peer, LeaderNote note, CancellationToken cancellation) => Task.CompletedTask;

    public Task<ReplicaDump> DumpAsync(Peer peer, CancellationToken cancellation) => Task.FromResult(Of(peer).Dump());

    public async Task<ulong[]> DigestAsync(Peer peer, CancellationToken cancellation) => (await ReplicaDigest.OfAsync(Of(peer).Store, cancellation)).Top();

    public async Task<ulong[]> LeavesAsync(Peer peer, IReadOnlyList<int> branches, CancellationToken cancellation) =>
        (await ReplicaDigest.OfAsync(Of(peer).Store, cancellation)).LeavesOf(branches);

    public Task<IReadOnlyDictionary<string, EntryVersion>> VersionsAsync(Peer peer, IReadOnlyList<int> leaves, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyDictionary<string, EntryVersion>>(LabCluster.Entries(Of(peer).Store)
            .Where(e => leaves.Contains(ReplicaDigest.LeafOf(e.Key))).ToDictionary(e => e.Key, e => e.Value.Version));

    public Task<IReadOnlyList<Entry>> EntriesAsync(Peer peer, IReadOnlyList<string> keys, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<Entry>>([.. LabCluster.Entries(Of(peer).Store).Values.Where(e => keys.Contains(e.Key))]);

    public Task<IReadOnlyDictionary<string, EntryVersion>> UnconfirmedAsync(Peer peer, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DecideAsync(Peer peer, long epoch, IReadOnlyList<RollBack> rollBacks, CancellationToken cancellation) => throw new NotSupportedException();

    public Task RemoveAsync(Peer peer, long epoch, long leadership, IReadOnlyDictionary<string, EntryVersion> versions, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
