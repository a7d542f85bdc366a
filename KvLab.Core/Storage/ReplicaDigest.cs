using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using KvLab.Core.Versioning;

namespace KvLab.Core.Storage;

/// <summary>
/// What a replica holds in 1,024 numbers: a Merkle tree of three levels (root, 32 branches, 32 leaves each). Two replicas that hold the same versions have the same
/// root; where they differ, only the differing branches and leaves need to be looked at (Merkle, A Digital Signature Based on a Conventional Encryption Function, 1987;
/// used so by Dynamo, SOSP 2007, section 4.7).
/// </summary>
/// <remarks>
/// A leaf is the sum of its entries' hashes, so that it depends on no order. Two different contents have the same 64-bit leaf with probability 2⁻⁶⁴.
/// Values are not hashed: a version names its value.
/// </remarks>
public sealed class ReplicaDigest
{
    public const int Branches = 32;
    public const int LeavesPerBranch = 32;
    public const int Leaves = Branches * LeavesPerBranch;

    private readonly ulong[] _leaves;

    /// <param name="leaves"><see cref="Leaves"/> hashes.</param>
    public ReplicaDigest(ulong[] leaves)
    {
        if (leaves.Length != Leaves) throw new FormatException($"A digest has {Leaves} leaves, not {leaves.Length}.");
        _leaves = leaves;
    }

    public static async Task<ReplicaDigest> OfAsync(IKeyValueStore store, CancellationToken cancellation = default)
    {
        var leaves = new ulong[Leaves];
        await foreach (var entry in store.SnapshotAsync(cancellation)) leaves[LeafOf(entry.Key)] += HashOf(entry.Key, entry.Version);
        return new ReplicaDigest(leaves);
    }

    public ulong Leaf(int leaf) => _leaves[leaf];

    public ulong Branch(int branch) => XxHash3.HashToUInt64(MemoryMarshal.AsBytes(_leaves.AsSpan(branch * LeavesPerBranch, LeavesPerBranch)));

    /// <summary>The branches' hashes.</summary>
    public ulong[] Top() => [.. Enumerable.Range(0, Branches).Select(Branch)];

    /// <summary>The leaves of some branches, branch after branch.</summary>
    public ulong[] LeavesOf(IEnumerable<int> branches) => [.. branches.SelectMany(b => new ArraySegment<ulong>(_leaves, b * LeavesPerBranch, LeavesPerBranch))];

    /// <summary>Where a key belongs; the same on every machine.</summary>
    public static int LeafOf(string key) => (int)(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key)) % Leaves);

    private static ulong HashOf(string key, EntryVersion version)
    {
        Span<long> seed = [version.Epoch, version.Counter];
        return XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(key), (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(seed)));
    }
}
