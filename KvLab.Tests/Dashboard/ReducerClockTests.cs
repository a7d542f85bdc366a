using CsCheck;
using KvLab.Core.Events;
using KvLab.Core.Observation;
using KvLab.Core.Observation.Messages;
using KvLab.Core.Observation.Snapshots;
using Xunit;

namespace KvLab.Tests.Dashboard;

/// <summary>Clocks of one boot are one; of another's the observer keeps how far it is away, and by how much that may be wrong.</summary>
[Trait("Category", "Unit")]
public sealed class ReducerClockTests
{
    private readonly ClusterReducer _reducer = new((_, _) => null);

    public ReducerClockTests() => Tell(new ObserverBegan("this boot", 1_000));

    private void Tell(IngestMessage message) => _reducer.Apply(new Observed(new ObserverTime(1, DateTimeOffset.UnixEpoch), message));

    private NodeClock? Clock
    {
        get
        {
            Tell(PictureTaken.Instance);
            return _reducer.Snapshot.Nodes.Single().Clock;
        }
    }

    private static NodeHello Hello(string? boot, long originNs, string incarnation = "1") => new()
    {
        Node = "leader",
        Incarnation = incarnation,
        Role = NodeRoles.Leader,
        Url = "http://leader",
        OldestSequence = 1,
        BootId = boot,
        OriginNs = originNs,
        MonotonicNs = originNs + 50,
    };

    [Fact]
    public void A_process_of_the_same_boot_has_the_same_clock_without_any_error()
    {
        Tell(new NodeIntroduced(Hello("this boot", 4_500)));
        // What happened 200 ns after its events began happened 3,700 ns after the observer did.
        Assert.Equal(new NodeClock(3_500, 0), Clock);
        Tell(new ClockCompared("leader", "1", 77, 5));
        Assert.Equal(new NodeClock(3_500, 0), Clock);
    }

    [Theory]
    [InlineData("another boot")]
    [InlineData(null)]
    public void Another_machines_clock_is_not_known_until_it_was_asked_and_the_best_answer_counts(string? boot)
    {
        Tell(new NodeIntroduced(Hello(boot, 90_000)));
        Assert.Null(Clock);
        Tell(new ClockCompared("leader", "1", -80_000, 400));
        Assert.Equal(new NodeClock(9_000, 400), Clock);
        Tell(new ClockCompared("leader", "1", -70_000, 900));
        Assert.Equal(400, Clock!.ErrorNs);
        Tell(new ClockCompared("leader", "1", -80_100, 100));
        Assert.Equal(new NodeClock(8_900, 100), Clock);
        // A new process may be on yet another machine.
        Tell(new NodeIntroduced(Hello("a third boot", 5, "2")));
        Assert.Null(Clock);
        Tell(new ClockCompared("leader", "1", 1, 1));
        Assert.Null(Clock);
    }

    [Fact]
    public void An_observer_that_does_not_know_its_boot_takes_no_clock_for_its_own()
    {
        Tell(new ObserverBegan(null, 0));
        Tell(new NodeIntroduced(Hello(null, 5)));
        Assert.Null(Clock);
    }

    [Fact]
    public void What_is_said_of_another_clock_is_never_wrong_by_more_than_is_said() =>
        Gen.Select(Gen.Long[-1_000_000, 1_000_000], Gen.Long[0, 100_000], Gen.Long[0, 100_000], Gen.Long[0, 100_000]).Sample((offset, there, inside, back) =>
        {
            // The other reads its clock after the question has travelled; it shows the observer's time less the offset.
            var (asked, read) = (1_000_000L, 1_000_000L + there);
            var heard = read + inside + back;
            var compared = ClockComparison.Of(Hello("other", 0), new MachineClock("mine", asked), new MachineClock("other", read - offset), new MachineClock("mine", heard))!;
            return Math.Abs(compared.OffsetNs - offset) <= compared.ErrorNs && compared.ErrorNs <= (heard - asked) / 2 + 1;
        });

    [Fact]
    public void Nothing_is_compared_on_one_machine_or_by_a_clock_that_went_back()
    {
        var here = new MachineClock("mine", 5);
        Assert.Null(ClockComparison.Of(Hello("mine", 0), here, here, here));
        Assert.Null(ClockComparison.Of(Hello("other", 0), here, new MachineClock("other", 7), new MachineClock("mine", 4)));
    }
}
