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
        // A comparison that finds nothing is made every ten seconds, and would be all that a quiet lab tells.
        var top = await leader.AskAsync(peer, peers, PeerCall.Digest, (calls, c) => calls.DigestAsync(peer, c), cancellation,
            t => t is null || Differing(t).Any());
        var bytes = (long)top.Length * sizeof(ulong);
        int[] branches = [.. Differing(top)];
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

        IEnumerable<int> Differing(ulong[] other) => Enumerable.Range(0, ReplicaDigest.Branches).Where(branch => other[branch] != mine.Branch(branch));
    }
}
