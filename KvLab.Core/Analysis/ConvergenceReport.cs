using KvLab.Core.Versioning;

namespace KvLab.Core.Analysis;

/// <summary>How one follower's entry differs from the leader's.</summary>
public enum DifferenceKind
{
    /// <summary>The leader holds the key, the follower does not.</summary>
    Missing,
    /// <summary>The follower holds an older version.</summary>
    Behind,
    /// <summary>Same version, other value: two writes were given one version. An older or newer entry is none, also where nothing will repair it (naive mode).</summary>
    Conflict,
    /// <summary>The follower holds a newer version than the leader, or a key that the leader lacks.</summary>
    Ahead,
}

/// <param name="VersionsBehind">Leader's counter minus follower's for <see cref="DifferenceKind.Behind"/> within one epoch, else 0.</param>
public sealed record Difference(string Key, DifferenceKind Kind, EntryVersion Leader, EntryVersion Follower, long VersionsBehind);

/// <summary>One follower against the leader, entry by entry.</summary>
/// <param name="State"><c>equal</c>, <c>different</c>, <c>unreachable</c>, or <c>not judged</c> where no leader answered; a follower that does not answer is never equal.</param>
/// <param name="Differences">The first few, for people; the counts are over all.</param>
public sealed record FollowerComparison(
    string Id, string State, int Equal, int Missing, int Behind, int Conflicts, int Ahead, IReadOnlyList<Difference> Differences);

/// <param name="Quiescent">No write in flight and no delivery pending, before and after the dumps were taken. A comparison that is not in quiescence proves nothing.</param>
/// <param name="Converged">Quiescent, and every follower answered and is equal.</param>
/// <param name="Keys">Keys on the leader.</param>
public sealed record ConvergenceReport(
    bool Quiescent, bool Converged, int Keys, string Note, IReadOnlyList<FollowerComparison> Followers);
