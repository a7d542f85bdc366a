using KvLab.Core.Events;
using KvLab.Core.Observation.Series;
using Xunit;

namespace KvLab.Tests.Dashboard;

[Trait("Category", "Unit")]
public sealed class SequenceLedgerTests
{
    private readonly SequenceLedger _ledger = new();

    private static NodeHello Hello(string incarnation, long oldest = 1, long dropped = 0) => new()
    {
        Node = "leader",
        Incarnation = incarnation,
        Role = "leader",
        Url = "http://localhost:8000",
        OldestSequence = oldest,
        Dropped = dropped,
    };

    private void Take(params long[] sequences)
    {
        foreach (var s in sequences) _ledger.IsNew(s);
    }

    [Fact]
    public void Events_in_order_are_received_once_each()
    {
        _ledger.Introduce(Hello("a"));
        Take(1, 2, 3);
        Assert.Equal((3L, 0L, 0L, 0L), (_ledger.Received, _ledger.Doubles, _ledger.Gaps, _ledger.Dropped));
    }

    [Fact]
    public void What_comes_again_after_a_reconnect_is_a_double()
    {
        _ledger.Introduce(Hello("a"));
        Take(1, 2, 3);
        Assert.False(_ledger.Introduce(Hello("a", oldest: 2)));
        Take(2, 3, 4);
        Assert.Equal((4L, 2L, 0L), (_ledger.Received, _ledger.Doubles, _ledger.Gaps));
    }

    [Fact]
    public void A_jump_is_a_gap_of_as_many_numbers()
    {
        _ledger.Introduce(Hello("a"));
        Take(1, 5);
        Assert.Equal((2L, 3L), (_ledger.Received, _ledger.Gaps));
    }

    [Fact]
    public void A_dashboard_that_was_not_there_from_the_start_counts_no_gap_for_what_an_earlier_one_acknowledged()
    {
        Assert.True(_ledger.Introduce(Hello("a", oldest: 1000)));
        Take(1000, 1001);
        Assert.Equal((2L, 0L), (_ledger.Received, _ledger.Gaps));
    }

    [Fact]
    public void But_it_counts_what_the_node_says_it_dropped()
    {
        _ledger.Introduce(Hello("a", oldest: 1000, dropped: 7));
        Take(1000);
        Assert.Equal((7L, 7L), (_ledger.Gaps, _ledger.Dropped));
    }

    [Fact]
    public void A_new_incarnation_begins_at_one_and_the_counts_go_on()
    {
        _ledger.Introduce(Hello("a", dropped: 2));
        Take(1, 2);
        Assert.True(_ledger.Introduce(Hello("b", dropped: 1)));
        Take(1, 2);
        Assert.Equal((4L, 0L, 0L, 3L), (_ledger.Received, _ledger.Doubles, _ledger.Gaps, _ledger.Dropped));
    }
}
