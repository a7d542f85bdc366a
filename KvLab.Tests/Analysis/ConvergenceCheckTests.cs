using KvLab.Core.Analysis;
using KvLab.Core.Storage;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Analysis;

/// <summary>Entry by entry, never by counts (protocol.md, "Mistakes seen in other labs").</summary>
[Trait("Category", "Unit")]
public sealed class ConvergenceCheckTests
{
    private static ReplicaDump Dump(string node, params (string Key, long Counter, string Value)[] entries) =>
        new(node, entries.ToDictionary(e => e.Key, e => new Entry(e.Key, JsonText.Of(e.Value), new EntryVersion(1, e.Counter))));

    private static readonly ReplicaDump Leader = Dump("leader", ("a", 4, "x"), ("b", 7, "y"));

    private static ConvergenceReport Compare(ReplicaDump follower, bool quiescent = true) =>
        ConvergenceCheck.Compare(Leader, [follower], quiescent);

    [Fact]
    public void Equal_entries_converge()
    {
        var report = Compare(Dump("follower-1", ("b", 7, "y"), ("a", 4, "x")));
        Assert.True(report.Converged);
        Assert.Equal((2, "equal", 2), (report.Keys, report.Followers[0].State, report.Followers[0].Equal));
        Assert.Equal("Every follower holds exactly what the leader holds.", report.Note);
    }

    [Fact]
    public void A_key_that_the_follower_lacks_is_missing_and_not_behind()
    {
        var report = Compare(Dump("follower-1", ("a", 4, "x")));
        Assert.False(report.Converged);
        Assert.Equal((1, 1, 0), (report.Followers[0].Equal, report.Followers[0].Missing, report.Followers[0].Behind));
        Assert.Equal(new Difference("b", DifferenceKind.Missing, new EntryVersion(1, 7), default, 0), Assert.Single(report.Followers[0].Differences));
    }

    [Fact]
    public void An_older_version_is_behind_by_that_many_versions()
    {
        var follower = Compare(Dump("follower-1", ("a", 4, "x"), ("b", 2, "old"))).Followers[0];
        Assert.Equal(1, follower.Behind);
        Assert.Equal(5, Assert.Single(follower.Differences).VersionsBehind);
    }

    [Fact]
    public void Equal_counts_of_keys_prove_nothing()
    {
        var report = Compare(Dump("follower-1", ("a", 4, "x"), ("c", 7, "y")));
        Assert.False(report.Converged);
        Assert.Equal((1, 1), (report.Followers[0].Missing, report.Followers[0].Ahead));
    }

    [Fact]
    public void The_same_version_with_another_value_is_a_conflict() =>
        Assert.Equal((1, 0, 1), Counts(Compare(Dump("follower-1", ("a", 4, "x"), ("b", 7, "other")))));

    [Fact]
    public void A_newer_version_than_the_leaders_is_ahead()
    {
        var follower = Compare(Dump("follower-1", ("a", 5, "x"), ("b", 7, "y"))).Followers[0];
        Assert.Equal((1, 0L), (follower.Ahead, follower.Differences[0].VersionsBehind));
    }

    /// <summary>Conflict has one meaning, in naive mode too: what else is there is older or newer, though no later write will repair it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_older_or_newer_entry_is_no_conflict(bool quiescent)
    {
        var follower = Compare(Dump("follower-1", ("a", 3, "old"), ("b", 8, "new")), quiescent).Followers[0];
        Assert.Equal((0, 1, 1), (follower.Conflicts, follower.Behind, follower.Ahead));
        Assert.Equal([1L, 0L], follower.Differences.Select(d => d.VersionsBehind));
    }

    [Fact]
    public void Outside_quiescence_nothing_has_converged_even_when_all_is_equal()
    {
        var report = Compare(Dump("follower-1", ("a", 4, "x"), ("b", 7, "y")), quiescent: false);
        Assert.False(report.Converged);
        Assert.Equal("equal", report.Followers[0].State);
        Assert.StartsWith("Writes are still being delivered", report.Note, StringComparison.Ordinal);
    }

    /// <summary>"A dump that timed out read as 0 of 0."</summary>
    [Fact]
    public void A_follower_that_does_not_answer_is_unreachable_and_never_equal_even_to_an_empty_leader()
    {
        var report = ConvergenceCheck.Compare(Dump("leader"), [new ReplicaDump("follower-1", null), Dump("follower-2")], quiescent: true);
        Assert.False(report.Converged);
        Assert.Equal(["unreachable", "equal"], report.Followers.Select(f => f.State));
        Assert.Contains("follower-1", report.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_leader_that_does_not_answer_leaves_nothing_to_compare_with()
    {
        var report = ConvergenceCheck.Compare(new ReplicaDump("leader", null), [Dump("follower-1"), new ReplicaDump("follower-2", null)], quiescent: true);
        Assert.False(report.Converged);
        Assert.False(report.Quiescent);
        Assert.Equal(["not judged", "unreachable"], report.Followers.Select(f => f.State));
        Assert.EndsWith("it is unknown whether the replicas agree.", report.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void Differences_are_listed_up_to_a_limit_and_counted_all()
    {
        var leader = Dump("leader", [.. Enumerable.Range(0, 500).Select(i => ($"k{i:000}", (long)i + 1, "x"))]);
        var follower = ConvergenceCheck.Compare(leader, [Dump("follower-1")], quiescent: true, maxDifferences: 10).Followers[0];
        Assert.Equal((500, 10, "k000"), (follower.Missing, follower.Differences.Count, follower.Differences[0].Key));
    }

    private static (int Conflicts, int Behind, int Equal) Counts(ConvergenceReport report) =>
        (report.Followers[0].Conflicts, report.Followers[0].Behind, report.Followers[0].Equal);
}
