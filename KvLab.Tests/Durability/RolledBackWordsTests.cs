using KvLab.Core.Durability;
using KvLab.Core.Versioning;
using Xunit;

namespace KvLab.Tests.Durability;

/// <summary>The list of lost writes and the list of rolled-back ones tell one story about who held a write.</summary>
[Trait("Category", "Unit")]
public sealed class RolledBackWordsTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private static readonly EntryVersion Promised = new(1, 5);

    private static DurabilityLedger Confirmed()
    {
        var ledger = new DurabilityLedger();
        ledger.Accepted("leader", "k", Promised, Promised);
        ledger.Confirmed("follower-1", "k", Promised, Promised);
        ledger.Answered(new AcknowledgedWrite(Promised, "k", "leader", 1, 1, At));
        return ledger;
    }

    [Fact]
    public void A_write_that_another_node_still_holds_is_not_said_to_be_held_by_nobody()
    {
        var ledger = Confirmed();
        ledger.RolledBack("leader", "k", Promised, EntryVersion.None, At);
        var row = Assert.Single(ledger.Lost(10, At));
        Assert.Equal(["follower-1"], row.StillHeldBy);
        Assert.Equal("W = 1: the only follower that had acknowledged was follower-1; leader rolled it back when it stepped down, "
            + "because the new leader did not know it: follower-1 still held it, but the new leader did not.", row.Why);
    }

    [Fact]
    public void Where_the_other_copy_was_gone_before_nobody_else_held_it()
    {
        var ledger = Confirmed();
        ledger.Ended("follower-1", "was killed", At);
        ledger.RolledBack("leader", "k", Promised, EntryVersion.None, At);
        Assert.EndsWith("follower-1 was killed, leader rolled it back when it stepped down, and no other node held it.", Assert.Single(ledger.Lost(10, At)).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_write_of_the_key_is_no_copy_of_the_one_that_was_rolled_back()
    {
        var ledger = Confirmed();
        ledger.Ended("follower-1", "was killed", At);
        ledger.Accepted("follower-2", "k", new EntryVersion(2, 5), new EntryVersion(2, 5));
        ledger.RolledBack("leader", "k", Promised, new EntryVersion(2, 5), At);
        Assert.Empty(Assert.Single(ledger.Lost(10, At)).StillHeldBy);
    }
}
