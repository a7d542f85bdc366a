using KvLab.Core.Storage;

namespace KvLab.Core.Analysis;

/// <summary>Compares replicas entry by entry: key, version and value; never by counts.</summary>
public static class ConvergenceCheck
{
    /// <summary>Nobody leads: there is nothing to compare with, so nothing is said of any replica but whether it answered.</summary>
    public static ConvergenceReport WithoutLeader(string why, IReadOnlyList<ReplicaDump> replicas) =>
        new(false, false, 0, $"{why} There is nothing to compare with, so it is unknown whether the replicas agree.", [.. replicas.Select(NotJudgedOf)]);

    /// <param name="leader">What the leader holds; its entries may be null when it did not answer.</param>
    /// <param name="quiescent">Whether nothing was in flight before and after the dumps were taken.</param>
    /// <param name="maxDifferences">How many differences per follower are listed; all are counted.</param>
    public static ConvergenceReport Compare(
        ReplicaDump leader, IReadOnlyList<ReplicaDump> followers, bool quiescent, int maxDifferences = 100)
    {
        if (leader.Entries is not { } held)
        {
            return WithoutLeader(leader.Node.Contains("leader", StringComparison.Ordinal) ? "The leader did not answer." : $"The leader, {leader.Node}, did not answer.", followers);
        }

        var compared = followers
            .Select(f => f.Entries is null ? Unreachable(f.Node) : CompareOne(held, f.Node, f.Entries, maxDifferences))
            .ToList();
        var equal = compared.All(f => f.State == Equal);
        return new ConvergenceReport(quiescent, quiescent && equal, held.Count, Note(quiescent, equal, compared), compared);
    }

    public const string Equal = "equal";
    public const string Different = "different";
    public const string NotReached = "unreachable";
    public const string NotJudged = "not judged";

    private static FollowerComparison CompareOne(
        IReadOnlyDictionary<string, Entry> leader, string node, IReadOnlyDictionary<string, Entry> follower, int maxDifferences)
    {
        var differences = leader.Values.Select(entry => DifferenceOf(entry, follower.GetValueOrDefault(entry.Key)))
            .Concat(follower.Values.Where(entry => !leader.ContainsKey(entry.Key))
                .Select(entry => new Difference(entry.Key, DifferenceKind.Ahead, default, entry.Version, 0)))
            .OfType<Difference>()
            .ToList();
        int Count(DifferenceKind kind) => differences.Count(d => d.Kind == kind);
        var ofLeader = differences.Count(d => leader.ContainsKey(d.Key));
        return new FollowerComparison(
            node, differences.Count == 0 ? Equal : Different, leader.Count - ofLeader,
            Count(DifferenceKind.Missing), Count(DifferenceKind.Behind), Count(DifferenceKind.Conflict), Count(DifferenceKind.Ahead),
            [.. differences.OrderBy(d => d.Key, StringComparer.Ordinal).Take(maxDifferences)]);
    }

    private static Difference? DifferenceOf(Entry leader, Entry? follower)
    {
        if (follower is null) return new Difference(leader.Key, DifferenceKind.Missing, leader.Version, default, 0);
        if (follower.Version == leader.Version && follower.Value == leader.Value) return null;
        var kind = follower.Version == leader.Version ? DifferenceKind.Conflict
            : follower.Version < leader.Version ? DifferenceKind.Behind
            : DifferenceKind.Ahead;
        return new Difference(leader.Key, kind, leader.Version, follower.Version,
            kind == DifferenceKind.Behind ? leader.Version.VersionsAbove(follower.Version) : 0);
    }

    private static FollowerComparison NotJudgedOf(ReplicaDump replica) =>
        replica.Entries is null ? Unreachable(replica.Node) : new FollowerComparison(replica.Node, NotJudged, 0, 0, 0, 0, 0, []);

    private static FollowerComparison Unreachable(string node) => new(node, NotReached, 0, 0, 0, 0, 0, []);

    private static string Note(bool quiescent, bool equal, List<FollowerComparison> followers)
    {
        var silent = followers.Where(f => f.State == NotReached).Select(f => f.Id).ToList();
        var differing = followers.Count(f => f.State == Different);
        var finding = equal ? "Every follower holds exactly what the leader holds."
            : string.Join(" ", new[]
            {
                differing > 0 ? $"{differing} of {followers.Count} followers differ from the leader." : null,
                silent.Count > 0 ? $"No answer from {string.Join(", ", silent)}, so nothing is known about their entries." : null,
            }.Where(s => s is not null));
        return quiescent ? finding : $"Writes are still being delivered, so a difference proves nothing yet. {finding}";
    }
}
