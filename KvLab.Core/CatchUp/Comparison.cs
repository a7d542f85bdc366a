using KvLab.Core.Network;
using KvLab.Core.Replication;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;

namespace KvLab.Core.CatchUp;

/// <summary>Where a leader and one follower differ, found by digests from the top down.</summary>
/// <param name="Leaves">Null: not compared, everything counts as different.</param>
internal sealed record Comparison(HashSet<int>? Leaves, IReadOnlyDictionary<string, EntryVersion> Theirs, long Bytes)
{
    public static readonly Comparison Everything = new(null, new Dictionary<string, EntryVersion>(), 0);

    public bool Concerns(string key) => Leaves is null || Leaves.Contains(ReplicaDigest.LeafOf(key));

    public static async Task<Comparison> MakeAsync(Leader leader, Peer peer, IPeerCalls peers, CancellationToken cancellation)
    {
        var mine = await ReplicaDigest.OfAsync(leader.Parts.Store, cancellation);
        var top = await leader.AskAsync(peer, peers, PeerCall.Digest, (calls, c) => calls.DigestAsync(peer, c), cancellation, Differs);
        var bytes = (long)top.Length * sizeof(ulong);
        int[] branches = [.. Enumerable.Range(0, ReplicaDigest.Branches).Where(branch => top[branch] != mine.Branch(branch))];
        var leaves = new HashSet<int>();
        if (branches.Length > 0)
        {
            var theirs = await leader.AskAsync(peer, peers, PeerCall.Digest, (calls, c) => calls.LeavesAsync(peer, branches, c), cancellation);
            bytes += (long)theirs.Length * sizeof(ulong);
            for (var i = 0; i < theirs.Length; i++)
            {
                var leaf = branches[i / ReplicaDigest.LeavesPerBranch] * ReplicaDigest.LeavesPerBranch + i % ReplicaDigest.LeavesPerBranch;
                if (theirs[i] != mine.Leaf(leaf)) leaves.Add(leaf);
            }
        }

        if (leaves.Count == 0) return new Comparison(leaves, Everything.Theirs, bytes);
        var versions = await leader.AskAsync(peer, peers, PeerCall.Digest, (calls, c) => calls.VersionsAsync(peer, [.. leaves], c), cancellation);
        return new Comparison(leaves, versions, bytes + versions.Keys.Sum(k => (long)k.Length + 2 * sizeof(long)));

        // A comparison that finds nothing is made every ten seconds, and would be all that a quiet lab tells.
        bool Differs(ulong[]? top) => top is null || Enumerable.Range(0, ReplicaDigest.Branches).Any(branch => top[branch] != mine.Branch(branch));
    }
}
